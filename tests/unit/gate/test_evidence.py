import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gate import scenario
from trainyard.gate import Evidence, EvidenceError, Policy, decide
from trainyard.gate.data_validation import parse_validation
from trainyard.gate.evidence import QUALITY_METRICS, SERVED_METRICS
from trainyard.gate.model_tests import parse_tests

POLICY = Policy(minimum_ratio=1.01, confidence=0.9, minimum_slice_customers=50, draws=100)


def judge(report, columns, version):
    try:
        evidence = Evidence.parse(
            report,
            columns,
            tests=parse_tests(scenario.TESTS),
            validation=parse_validation(scenario.VALIDATION),
            champion_version=version,
        )
    except EvidenceError as error:
        evidence = error
    return decide(evidence, POLICY)


def test_complete_evidence_of_a_better_model_passes() -> None:
    assert judge(*scenario.evaluation(challenger=0.4, champion=0.3), "3").passed
    assert judge(*scenario.evaluation(challenger=0.4, champion=None), None).passed


REQUIRED = [
    *((model, metric) for model in ("challenger", "champion") for metric in SERVED_METRICS),
    *(("personal_frequency", metric) for metric in QUALITY_METRICS),
]


@given(
    st.sampled_from(REQUIRED),
    st.sampled_from(["absent", None, float("nan"), float("inf"), "0.4", True, -0.1]),
)
def test_no_model_passes_when_any_metric_is_missing_or_no_number(required: tuple[str, str], value: object) -> None:
    model, metric = required
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    if value == "absent":
        del report["models"][model][metric]
    else:
        report["models"][model][metric] = value
    decision = judge(report, columns, "3")
    assert (decision.passed, decision.rule) == (False, "complete-evidence")
    assert metric in decision.reason


@pytest.mark.parametrize("model", ["challenger", "champion", "personal_frequency"])
def test_no_model_passes_when_a_whole_model_is_missing(model: str) -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    without = copy.deepcopy(report)
    del without["models"][model]
    assert judge(without, columns, "3").rule == "complete-evidence"
    assert judge(report, {name: v for name, v in columns.items() if name != model}, "3").rule == "complete-evidence"


def test_a_champion_that_was_sent_in_but_not_scored_does_not_make_a_first_model() -> None:
    decision = judge(*scenario.evaluation(challenger=0.4, champion=None), "3")
    assert decision.reason == "Rejected: the champion is version 3, but the evaluation scored version None."


def test_another_champion_than_the_one_sent_in_is_rejected() -> None:
    assert "scored version 3" in judge(*scenario.evaluation(challenger=0.4, champion=0.3), "4").reason


def test_a_customer_without_a_score_is_rejected() -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    columns["champion"][7] = np.nan
    assert "champion lacks 1 customers' scores" in judge(report, columns, "3").reason


def test_scores_of_too_few_customers_are_rejected() -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    fewer = {name: values[:-1] for name, values in columns.items()}
    assert "counts 400 customers, per_customer.parquet has 399 of" in judge(report, fewer, "3").reason


def test_a_report_that_contradicts_its_customers_is_rejected() -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    report["models"]["challenger"]["map_at_10"] = 0.9
    assert "0.900000, but its customers' average" in judge(report, columns, "3").reason


@pytest.mark.parametrize("key", ["slice", "value", "customers", "challenger", "champion", "standard_error"])
def test_a_slice_without_one_of_its_numbers_is_rejected(key: str) -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    del report["slices"][0][key]
    assert f"has no {key}" in judge(report, columns, "3").reason


def test_small_slices_are_pooled_by_their_customers() -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    report["slices"].append(
        {
            "slice": "country",
            "value": "Iceland",
            "customers": 10,
            "challenger": 0.9,
            "champion": 0.8,
            "standard_error": 0.03,
        }
    )
    slices = judge(report, columns, "3").slices
    assert [(one.name, one.customers) for one in slices] == [
        ("country=United Kingdom", 300),
        ("country=France", 60),
        ("pooled", 50),
    ]
    assert slices[-1].challenger == pytest.approx((40 * 0.4 + 10 * 0.9) / 50)
    assert slices[-1].champion == pytest.approx((40 * 0.3 + 10 * 0.8) / 50)
    assert slices[-1].standard_error == pytest.approx(((40 * 0.01) ** 2 + (10 * 0.03) ** 2) ** 0.5 / 50)


def test_an_evaluation_without_slices_is_rejected() -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    report["slices"] = []
    assert "no group of customers was looked at" in judge(report, columns, "3").reason


def test_other_data_than_those_that_were_validated_are_rejected() -> None:
    report, columns = scenario.evaluation(challenger=0.4, champion=0.3)
    report["data_hash"] = "77aa"
    assert "the data 5f0c were validated, but the models learned from 77aa" in judge(report, columns, "3").reason


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ([], "holds no unit test"),
        (scenario.TESTS["tests"][:2], "holds no integration test"),
        ([{"kind": "load", "name": "a", "passed": True, "detail": ""}], "no verdict of a unit or integration test"),
        ([{"kind": "unit", "name": "a", "passed": "yes", "detail": ""}], "no verdict of a unit or integration test"),
        ([{"kind": "unit", "name": "a", "passed": True}], "has no detail"),
        ("none", "is not a list"),
    ],
)
def test_tests_that_say_nothing_are_no_evidence(tests: object, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        parse_tests({"tests": tests})


@pytest.mark.parametrize(
    ("report", "message"), [({"data_hash": "5f0c"}, "has no passed"), ({"passed": 1, "data_hash": "a"}, "passed is 1")]
)
def test_a_validation_without_a_verdict_is_no_evidence(report: dict[str, object], message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        parse_validation(report)
