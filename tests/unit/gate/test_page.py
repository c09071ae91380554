import re
from pathlib import Path

import pytest

from tests.unit.gate import scenario
from trainyard.gate import Evidence, EvidenceError, Policy, decide
from trainyard.gate.data_validation import parse_validation
from trainyard.gate.model_tests import parse_tests
from trainyard.gate.page import Findings, render

POLICY = Policy(confidence=0.9, minimum_slice_customers=50, draws=100)
EXPLANATIONS = {
    "rankers": {
        "general": {
            "features": [
                {"feature": "pair_times", "mean_absolute": 0.4, "points": [[0.1, -0.2], [0.9, 0.3], [None, 0.0]]},
                {"feature": "customer_orders", "mean_absolute": 0.1},
            ]
        }
    }
}
FAIRNESS = {
    "slices": [
        {
            "slice": "market",
            "difference": 0.2,
            "ratio": 0.5,
            "groups": [{"value": "<script>alert(1)</script>", "customers": 40, "map_at_10": 0.25}],
        }
    ]
}


def page(challenger: float = 0.4, champion: float | None = 0.3) -> str:
    report, columns = scenario.evaluation(challenger=challenger, champion=champion)
    evidence = Evidence.parse(
        report,
        columns,
        tests=parse_tests(scenario.TESTS),
        validation=parse_validation(scenario.VALIDATION),
        champion_version=None if champion is None else "3",
    )
    report |= {"cutoff": "2011-08-01T00:00:00", "window_end": "2011-09-01T00:00:00"}
    found = Findings(evaluation=report, explanations=EXPLANATIONS, fairness=FAIRNESS)
    return render(decide(evidence, POLICY), found)


def test_the_verdict_stands_first_and_every_kind_of_test_below_it() -> None:
    shown = page()
    assert re.search(r'<h1 class="good">Passed</h1>\n<p>MAP@10 0.40000 is 1.3333 x', shown)
    for kind in ("unit", "integration", "data-validation", "performance-threshold", "regression"):
        assert f"<td>{kind}</td>" in shown
    assert '<h1 class="bad">Rejected<' in page(challenger=0.3)


@pytest.mark.parametrize("champion", [None, 0.3])
def test_the_page_stands_alone(champion: float | None) -> None:
    shown = page(champion=champion)
    assert shown.count("<svg") == 3
    outside = re.findall(r'(?:src|href)="(?!#)([^"]+)"|url\((?!#)([^)]+)\)|@import', shown)
    assert outside == []
    assert "<?xml" not in shown


def test_what_the_data_say_is_shown_and_not_carried_out() -> None:
    shown = page()
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;: 0.250 (40)" in shown


def test_the_same_decision_gives_the_same_page() -> None:
    assert page() == page()


def test_a_decision_without_evidence_is_shown_with_its_reason(tmp_path: Path) -> None:
    shown = render(decide(EvidenceError("tests.json is missing"), POLICY), Findings.read(tmp_path))
    assert "<p>tests.json is missing.</p>" in shown
    assert "<svg" not in shown
