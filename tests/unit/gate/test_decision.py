import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainyard.gate import Evidence, EvidenceError, ModelScore, Policy, decide

POLICY = Policy(minimum_ratio=1.01, confidence=0.9, minimum_slice_customers=50, draws=200)


def score(mean: float, noise: float = 0.0) -> ModelScore:
    per_customer = mean + noise * np.linspace(-1, 1, 200)
    return ModelScore(map_at_10=mean, per_customer=per_customer)


def evidence(challenger: float, champion: float | None, personal: float = 0.2) -> Evidence:
    return Evidence(
        challenger=score(challenger),
        champion=None if champion is None else score(champion),
        personal_frequency=score(personal),
        slices=(),
    )


@pytest.mark.parametrize(("champion", "exact"), [(0.1, 0.101), (0.2, 0.202), (0.3, 0.303), (0.7, 0.707)])
def test_exactly_the_minimum_ratio_passes_and_the_next_number_below_does_not(champion: float, exact: float) -> None:
    assert decide(evidence(exact, champion), POLICY).passed
    below = decide(evidence(float(np.nextafter(exact, 0)), champion), POLICY)
    assert (below.passed, below.rule) == (False, "ratio-to-champion")


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_challenger_is_never_judged_worse(champion: float, one: float, other: float) -> None:
    worse, better = sorted((one, other))
    if decide(evidence(worse, champion), POLICY).passed:
        assert decide(evidence(better, champion), POLICY).passed


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_first_model_passes_only_above_personal_frequency(challenger: float, personal: float) -> None:
    decision = decide(evidence(challenger, None, personal), POLICY)
    assert decision.reference == "personal_frequency"
    assert not (decision.passed and challenger <= personal)


def test_a_first_model_no_better_than_personal_frequency_names_that_rule() -> None:
    decision = decide(evidence(0.2, None, 0.2), POLICY)
    assert (decision.passed, decision.rule) == (False, "beats-personal-frequency")
    assert decision.reason == (
        "Rejected: MAP@10 0.20000 does not beat 0.20000, what each customer's own most frequent products score."
    )


def test_a_successor_is_compared_with_the_champion_and_not_with_personal_frequency() -> None:
    decision = decide(evidence(0.3, 0.2, personal=0.9), POLICY)
    assert (decision.passed, decision.reference, decision.reference_map_at_10) == (True, "champion", 0.2)
    assert decision.ratio == pytest.approx(1.5)


def test_a_useless_challenger_does_not_pass_against_a_useless_champion() -> None:
    lax = Policy(minimum_ratio=1.01, confidence=0, minimum_slice_customers=50, draws=200)
    assert not decide(evidence(0.0, 0.0), lax).passed


def test_a_ratio_that_may_be_luck_is_rejected_with_the_share_and_what_could_have_been_seen() -> None:
    random = np.random.default_rng(3)
    champion = np.clip(random.normal(0.3, 0.1, 100), 0, 1)
    challenger = champion + random.normal(0, 0.2, 100)
    challenger += champion.mean() * 1.012 - challenger.mean()
    noisy = Evidence(
        challenger=ModelScore(map_at_10=float(challenger.mean()), per_customer=challenger),
        champion=ModelScore(map_at_10=float(champion.mean()), per_customer=champion),
        personal_frequency=score(0.1),
        slices=(),
    )
    decision = decide(noisy, POLICY)
    assert (decision.passed, decision.rule) == (False, "bootstrap-confidence")
    assert decision.comparison is not None
    assert decision.comparison.interval[0] < 0 < decision.comparison.interval[1]
    assert "90.0% are asked" in decision.reason
    assert f"{decision.comparison.detectable_difference:.5f} could not have been seen" in decision.reason


def test_the_confidence_asked_for_decides_between_the_same_numbers() -> None:
    random = np.random.default_rng(5)
    champion = np.full(200, 0.3)
    challenger = champion + random.normal(0.01, 0.1, 200)
    same = Evidence(
        challenger=ModelScore(map_at_10=float(challenger.mean()), per_customer=challenger),
        champion=ModelScore(map_at_10=0.3, per_customer=champion),
        personal_frequency=score(0.1),
        slices=(),
    )
    share = decide(same, POLICY).comparison.share_better
    assert 0.5 < share < 1
    for asked in (share, np.nextafter(share, 1)):
        policy = Policy(minimum_ratio=1.0, confidence=float(asked), minimum_slice_customers=50, draws=200)
        assert decide(same, policy).passed == (asked == share)


def test_evidence_that_could_not_be_read_is_rejected_with_its_reason() -> None:
    decision = decide(EvidenceError("evaluation.json is missing"), POLICY)
    assert (decision.passed, decision.rule) == (False, "complete-evidence")
    assert decision.reason == "Rejected: evaluation.json is missing."


def test_models_scored_on_different_customers_are_rejected() -> None:
    other = Evidence(
        challenger=score(0.5),
        champion=ModelScore(map_at_10=0.3, per_customer=np.full(7, 0.3)),
        personal_frequency=score(0.2),
        slices=(),
    )
    assert "different customers" in decide(other, POLICY).reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minimum_ratio": 0}, "minimum_ratio must be positive"),
        ({"confidence": 1}, "confidence must be from 0 to below 1"),
        ({"minimum_slice_customers": 0}, "minimum_slice_customers must be at least 1"),
        ({"draws": 10}, "draws must be at least 100"),
    ],
)
def test_a_policy_that_makes_no_sense_cannot_be_built(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Policy(**({"confidence": 0.9, "minimum_slice_customers": 50} | change))
