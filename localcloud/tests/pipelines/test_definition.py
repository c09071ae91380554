import json
from datetime import timedelta
from typing import Any

import pytest

from localcloud.errors import ValidationError
from localcloud.sagemaker.pipelines.caching import cache_key, parse_duration
from localcloud.sagemaker.pipelines.definition import Branch, Dependency
from localcloud.sagemaker.pipelines.parameters import Parameter, read_parameters
from localcloud.sagemaker.pipelines.planner import StepState, final_status, ready_steps
from localcloud.sagemaker.pipelines.retry import RetryPolicy, exception_of_call, exception_of_reason, next_wait
from localcloud.sagemaker.pipelines.validation import parse_definition


def _step(name: str, kind: str = "Processing", arguments: Any = None, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "Arguments": arguments or {}, **more}


def _text(*steps: dict[str, Any], parameters: tuple[dict[str, Any], ...] = (), version: str = "2020-12-01") -> str:
    return json.dumps({"Version": version, "Parameters": list(parameters), "Steps": list(steps)})


_DECIDE = _step("Decide", "Condition", {
    "Conditions": [{"Type": "Equals", "LeftValue": {"Get": "Steps.Gate.X"}, "RightValue": 1}],
    "IfSteps": [_step("Register", "RegisterModel")],
    "ElseSteps": [_step("Reject", "Fail")],
})  # fmt: skip


def test_steps_in_branches_are_listed_beside_the_others() -> None:
    steps = parse_definition(_text(_step("Gate"), _DECIDE)).steps
    assert list(steps) == ["Gate", "Decide", "Register", "Reject"]
    assert (steps["Register"].branch, steps["Reject"].branch) == (Branch("Decide", True), Branch("Decide", False))
    assert steps["Decide"].upstream == {"Gate"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Unable to parse pipeline definition. Invalid JSON"),
        ("[]", "must be an object with a list of Steps"),
        (_text(_step("A"), version="2019"), "Version '2019' is not 2020-12-01"),
        ('{"Version": "2020-12-01", "Steps": [{"Name": "A"}]}', "Missing or malformed: 'Type'"),
        (_text(_step("A"), _step("A")), "Step names must be unique; A is used more than once"),
        (_text(_step("A", "Lambda")), "Step A: steps of type Lambda are not served"),
        (_text(_step("A", "Callback")), "Step A: steps of type Callback are not served"),
        (_text(_step("A", DependsOn=["B"])), "Step A depends on step B, which is not in the pipeline"),
        (_text(_step("A", DependsOn=[{"Step": "A", "Trigger": "Soon"}])), "trigger 'Soon' is none of"),
        (_text(_step("A", arguments={"x": {"Get": "Steps.B.X"}})), "Step A refers to step B, which is not"),
        (_text(_step("A", arguments={"x": {"Get": "Parameters.P"}})), "refers to parameter P, which is not defined"),
        (_text(_step("A", arguments={"x": {"Get": "Execution.Mood"}})), "Execution.Mood, which does not exist"),
        (_text(_step("A", arguments={"x": {"Get": "nothing"}})), "Step A: 'nothing' is no reference"),
        (
            _text(_step("A"), _step("B", arguments={"x": {"Get": "Steps.A.PropertyFiles.f"}})),
            "Step B refers to property file f, which step A has not",
        ),
        (_text(_step("A", DependsOn=["B"]), _step("B", DependsOn=["A"])), "in a circle"),
        (
            _text(_step("A", "Condition", {"Conditions": [{"Type": "Not", "Condition": {"Type": "Like"}}]})),
            "condition type 'Like' is not known",
        ),
        (_text(_step("A"), parameters=({"Name": "P", "Type": "Date"},)), "Parameter P: type 'Date' is none of"),
        (
            _text(_step("A"), parameters=({"Name": "P", "Type": "String", "DefaultValue": "c", "EnumValues": ["a"]},)),
            "Parameter P: 'c' is none of the allowed values a",
        ),
        (_text(_step("A", CacheConfig={"Enabled": True, "ExpireAfter": "soon"})), "'soon' is not an ISO 8601 duration"),
    ],
)
def test_a_definition_that_cannot_run_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        parse_definition(text)


_PARAMETERS = [
    Parameter(name="Depth", type="Integer", default=6),
    Parameter(name="Rate", type="Float", default=0.1),
    Parameter(name="Fast", type="Boolean", default=False),
    Parameter(name="Uri", type="String"),
]


def test_parameters_are_typed_and_have_defaults() -> None:
    values = read_parameters(_PARAMETERS, {"Uri": "s3://b", "Fast": "true"})
    assert values == {"Depth": 6, "Rate": 0.1, "Fast": True, "Uri": "s3://b"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"Missing a value for the parameter\(s\) Uri"),
        ({"Uri": "x", "Deep": "1"}, r"Unknown parameter\(s\) Deep; the pipeline has Depth, Rate, Fast, Uri"),
        ({"Uri": "x", "Depth": "six"}, "Parameter Depth: 'six' is not of type Integer"),
        ({"Uri": "x", "Fast": "yes"}, "Parameter Fast: 'yes' is not of type Boolean"),
    ],
)
def test_wrong_parameters_are_refused_by_name(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read_parameters(_PARAMETERS, given)


_DONE = StepState("Succeeded")


def test_independent_steps_are_ready_together_and_dependent_ones_later() -> None:
    definition = parse_definition(
        _text(_step("A"), _step("B"), _step("C", arguments={"x": {"Get": "Steps.A.X"}}, DependsOn=["B"]))
    )
    assert ready_steps(definition, {}) == ["A", "B"]
    assert ready_steps(definition, {"A": _DONE, "B": StepState("Executing")}) == []
    assert ready_steps(definition, {"A": _DONE, "B": _DONE}) == ["C"]


def test_only_the_branch_that_was_decided_for_runs() -> None:
    definition = parse_definition(_text(_step("Gate"), _DECIDE, _step("After", DependsOn=["Register"])))
    decided = {"Gate": _DONE, "Decide": StepState("Succeeded", False)}
    assert ready_steps(definition, decided) == ["Reject"]
    assert ready_steps(definition, {**decided, "Reject": StepState("Failed")}) == []


def test_a_failure_stops_what_depends_on_it_and_nothing_else() -> None:
    definition = parse_definition(
        _text(_step("A"), _step("B"), _step("C", DependsOn=["A"]), _step("D", DependsOn=["C"]))
    )
    states = {"A": StepState("Failed")}
    assert ready_steps(definition, states) == ["B"]
    assert final_status(definition, {**states, "B": _DONE}, stopping=False) == "Failed"


@pytest.mark.parametrize(
    ("trigger", "status", "ready"),
    [
        ("Failed", "Failed", ["B"]),
        ("Failed", "Succeeded", []),
        ("Any", "Succeeded", ["B"]),
        ("Stopped", "Stopped", ["B"]),
    ],
)
def test_a_trigger_names_the_end_that_lets_a_step_run(trigger: str, status: str, ready: list[str]) -> None:
    definition = parse_definition(_text(_step("A"), _step("B", DependsOn=[{"Step": "A", "Trigger": trigger}])))
    assert definition.steps["B"].depends_on == (Dependency("A", trigger),)
    assert ready_steps(definition, {"A": StepState(status)}) == ready


def test_a_failure_that_a_step_ran_on_is_no_failure_of_the_execution() -> None:
    definition = parse_definition(_text(_step("A"), _step("B", DependsOn=[{"Step": "A", "Trigger": "Failed"}])))
    states = {"A": StepState("Failed"), "B": _DONE}
    assert final_status(definition, states, stopping=False) == "CompletedWithFailures"
    assert final_status(definition, states, stopping=True) == "Stopped"


_POLICY = RetryPolicy(exceptions=("SageMaker.JOB_INTERNAL_ERROR",), interval_seconds=10, backoff_rate=3, max_attempts=2)


def test_waits_grow_until_the_attempts_are_used_up() -> None:
    waits = [
        next_wait([_POLICY], "SageMaker.JOB_INTERNAL_ERROR", retries=retries, elapsed_seconds=0) for retries in range(3)
    ]
    assert waits == [10, 30, None]


def test_a_failure_of_the_algorithm_is_not_retried() -> None:
    assert (
        next_wait([_POLICY], exception_of_reason("AlgorithmError: bad, exit code: 1"), retries=0, elapsed_seconds=0)
        is None
    )


def test_no_retry_starts_after_the_policy_expired() -> None:
    policy = RetryPolicy.parse({"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 30, "ExpireAfterMin": 1})
    assert next_wait([policy], "Step.THROTTLING", retries=0, elapsed_seconds=20) == 30
    assert next_wait([policy], "Step.THROTTLING", retries=0, elapsed_seconds=40) is None


@pytest.mark.parametrize(
    ("code", "status", "exception"),
    [
        ("ThrottlingException", 400, "Step.THROTTLING"),
        ("ResourceLimitExceeded", 400, "SageMaker.RESOURCE_LIMIT"),
        ("InternalFailure", 500, "Step.SERVICE_FAULT"),
        ("ValidationException", 400, None),
    ],
)
def test_a_refused_call_is_retried_only_if_the_service_is_to_blame(code: str, status: int, exception: str) -> None:
    assert exception_of_call(code, status) == exception


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P30D", timedelta(days=30)),
        ("30d", timedelta(days=30)),
        ("P4DT12H", timedelta(days=4, hours=12)),
        ("T12H", timedelta(hours=12)),
        ("PT90S", timedelta(seconds=90)),
    ],
)
def test_durations_as_the_sdk_documents_them(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


def test_a_cache_key_ignores_names_and_sees_arguments() -> None:
    assert cache_key("Training", {"a": 1, "TrainingJobName": "x"}) == cache_key("Training", {"a": 1})
    assert cache_key("Training", {"a": 1}) != cache_key("Training", {"a": 2})
    assert cache_key("Model", {"a": 1, "ModelName": "x"}) == cache_key("Model", {"a": 1})


def test_the_model_that_a_transform_works_with_is_part_of_its_cache_key() -> None:
    assert cache_key("Transform", {"ModelName": "a"}) != cache_key("Transform", {"ModelName": "b"})
