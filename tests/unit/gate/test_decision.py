import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainyard.gate import (
    DataValidation,
    Evidence,
    EvidenceError,
    ModelScore,
    ModelTest,
    Policy,
    Slice,
    decide,
)

POLICY = Policy(minimum_ratio=1.01, confidence=0.9, minimum_slice_customers=50, draws=200)


def score(mean: float, noise: float = 0.0) -> ModelScore:
    per_customer = mean + noise * np.linspace(-1, 1, 200)
    return of(per_customer)


def of(per_customer: np.ndarray, **more: float) -> ModelScore:
    means = {"map_at_10": float(per_customer.mean()), "coverage": 0.5, "latency_ms_p50": 2.0} | more
    return ModelScore(per_customer=per_customer, **means)


def a_slice(**more: object) -> Slice:
    ordinary = {"name": "country=France", "customers": 60, "challenger": 0.3, "champion": 0.3, "standard_error": 0.01}
    return Slice(**(ordinary | more))


PASSED = tuple(ModelTest(kind=kind, name="a", passed=True, detail="fine") for kind in ("unit", "integration"))


def built(challenger: ModelScore, champion: ModelScore | None, personal: float = 0.1, **more: object) -> Evidence:
    usual = {"slices": (a_slice(),), "tests": PASSED, "validation": DataValidation(passed=True, data_hash="5f0c")}
    return Evidence(challenger=challenger, champion=champion, personal_frequency=score(personal), **(usual | more))


def evidence(challenger: float, champion: float | None, personal: float = 0.2, **more: object) -> Evidence:
    # Exactly these means: what decides at the limit must not depend on how a mean is rounded.
    exact = [None if mean is None else of(np.full(200, mean), map_at_10=mean) for mean in (challenger, champion)]
    return built(exact[0], exact[1], personal, **more)


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
    noisy = built(of(challenger), of(champion))
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
    same = built(of(challenger), of(champion))
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
    other = built(score(0.5), of(np.full(7, 0.3)))
    assert "different customers" in decide(other, POLICY).reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minimum_ratio": 0}, "minimum_ratio must be positive"),
        ({"confidence": 1}, "confidence must be from 0 to below 1"),
        ({"minimum_slice_customers": 0}, "minimum_slice_customers must be at least 1"),
        ({"draws": 10}, "draws must be at least 100"),
        ({"maximum_slice_loss": 1.1}, "maximum_slice_loss must be from 0 to 1"),
        ({"minimum_map_at_10": -0.1}, "minimum_map_at_10 must be from 0 to 1"),
        ({"minimum_coverage": 2}, "minimum_coverage must be from 0 to 1"),
        ({"maximum_latency_ms": 0}, "maximum_latency_ms must be positive"),
    ],
)
def test_a_policy_that_makes_no_sense_cannot_be_built(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Policy(**({"confidence": 0.9, "minimum_slice_customers": 50} | change))


@pytest.mark.parametrize("champion", [None, 0.3])
def test_all_five_kinds_of_tests_are_answered_for_every_model(champion: float | None) -> None:
    decision = decide(evidence(0.4, champion), POLICY)
    assert decision.passed
    assert list(dict.fromkeys(check.kind for check in decision.checks)) == [
        "evidence",
        "unit",
        "integration",
        "data-validation",
        "performance-threshold",
        "regression",
    ]


@pytest.mark.parametrize("kind", ["unit", "integration"])
def test_one_failed_test_of_the_model_rejects_it_by_name(kind: str) -> None:
    failed = ModelTest(kind=kind, name="repeats", passed=False, detail="customer 7 got two different answers")
    decision = decide(evidence(0.4, 0.3, tests=(*PASSED, failed)), POLICY)
    assert (decision.passed, decision.rule) == (False, f"{kind}-tests")
    assert decision.reason == (
        f"Rejected: 1 of 2 {kind} tests of the model failed: repeats: customer 7 got two different answers."
    )


def test_data_that_failed_validation_reject_whatever_was_learned_from_them() -> None:
    decision = decide(evidence(0.4, 0.3, validation=DataValidation(passed=False, data_hash="5f0c" * 16)), POLICY)
    assert decision.reason == "Rejected: the data 5f0c5f0c5f0c failed validation."


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"minimum_map_at_10": 0.41}, "minimum-map"),
        ({"minimum_coverage": 0.51}, "minimum-coverage"),
        ({"maximum_latency_ms": 1.9}, "maximum-latency"),
    ],
)
def test_a_model_below_a_threshold_is_rejected_however_much_better_it_is(change: dict[str, float], rule: str) -> None:
    asked = {"confidence": 0.9, "minimum_slice_customers": 50, "draws": 200}
    exactly = {"minimum_map_at_10": 0.4, "minimum_coverage": 0.5, "maximum_latency_ms": 2.0}
    assert decide(evidence(0.4, 0.3), Policy(**asked, **exactly)).passed
    assert decide(evidence(0.4, 0.3), Policy(**asked, **(exactly | change))).rule == rule


@pytest.mark.parametrize(
    ("challenger", "error", "passed"),
    [
        (0.28, 0.001, True),  # a loss that is allowed
        (0.26, 0.001, False),  # 13 %, and no chance
        (0.26, 0.04, True),  # 13 %, but so few customers that it may be chance
    ],
)
def test_a_group_of_customers_may_not_lose_more_than_is_allowed_beyond_chance(
    challenger: float, error: float, passed: bool
) -> None:
    slices = (a_slice(), a_slice(name="market=abroad", challenger=challenger, standard_error=error))
    decision = decide(evidence(0.4, 0.3, slices=slices), POLICY)
    assert decision.passed == passed
    if not passed:
        assert decision.rule == "slice-loss"
        assert "market=abroad (60 customers) loses 13.3%; at most 10% may be lost" in decision.reason
