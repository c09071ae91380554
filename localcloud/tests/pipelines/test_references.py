from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from localcloud.sagemaker.pipelines.conditions import all_hold, holds
from localcloud.sagemaker.pipelines.paths import PathError, follow, parse_path
from localcloud.sagemaker.pipelines.references import ResolutionError, find_references, resolve


@dataclass
class Known:
    parameters: Mapping[str, Any] = field(default_factory=dict)
    execution: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    def property_file(self, step: str, name: str) -> Any:
        return self.files[step, name]

    def json_object(self, uri: str) -> Any:
        return {"uri": uri}


_PROCESSED = {
    "ProcessingOutputConfig": {"Outputs": [{"OutputName": "a", "S3Output": {"S3Uri": "s3://b/a"}}]},
    "HyperParameters": {"depth": "6"},
}


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b", ("a", "b")),
        ("$.a[0].b", ("a", 0, "b")),
        ("Outputs['x y'].S3Output", ("Outputs", "x y", "S3Output")),
        ('a["b"]', ("a", "b")),
        ("", ()),
    ],
)
def test_a_path_is_keys_and_indexes(path: str, parts: tuple[str | int, ...]) -> None:
    assert parse_path(path) == parts


def test_a_path_that_cannot_be_read_says_where() -> None:
    with pytest.raises(PathError, match=r"'a\.\[' cannot be read at '\.\['"):
        parse_path("a.[")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ProcessingOutputConfig.Outputs['a'].S3Output.S3Uri", "s3://b/a"),
        ("ProcessingOutputConfig.Outputs[0].OutputName", "a"),
        ("HyperParameters['depth']", "6"),
    ],
)
def test_a_name_selects_from_a_list_or_a_mapping(path: str, value: str) -> None:
    assert follow(_PROCESSED, path) == value


def test_a_path_that_leads_nowhere_names_the_part() -> None:
    with pytest.raises(PathError, match="'missing' of the path"):
        follow(_PROCESSED, "ProcessingOutputConfig.Outputs['missing'].S3Output")


def test_every_expression_is_replaced_at_any_depth() -> None:
    known = Known(
        parameters={"Depth": 6},
        execution={"PipelineExecutionId": "abc"},
        properties={"Prepare": _PROCESSED},
        files={("Gate", "gate"): {"passed": True}},
    )
    value = {
        "depth": {"Get": "Parameters.Depth"},
        "inputs": [{"Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['a'].S3Output.S3Uri"}],
        "prefix": {"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Execution.PipelineExecutionId"}, 1, True]}},
        "passed": {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Gate.PropertyFiles.gate"}, "Path": "passed"}},
        "uri": {"Std:JsonGet": {"S3Uri": {"Std:Join": {"On": "", "Values": ["s3://", "x"]}}, "Path": "uri"}},
        "plain": "text",
    }
    assert resolve(value, known) == {
        "depth": 6,
        "inputs": ["s3://b/a"],
        "prefix": "s3://abc/1/true",
        "passed": True,
        "uri": "s3://x",
        "plain": "text",
    }


def test_a_step_that_has_not_succeeded_has_no_value() -> None:
    with pytest.raises(ResolutionError, match=r"Steps\.Train has no value in this execution"):
        resolve({"Get": "Steps.Train.ModelArtifacts"}, Known())


def test_references_are_found_inside_functions() -> None:
    value = {"Std:Join": {"On": "/", "Values": [{"Get": "Steps.A.X"}, {"Std:JsonGet": {
        "PropertyFile": {"Get": "Steps.B.PropertyFiles.f"}, "Path": "p"}}]}}  # fmt: skip
    found = list(find_references(value))
    assert [(reference.name, reference.property_file) for reference in found] == [("A", None), ("B", "f")]


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"Type": "Equals", "LeftValue": 1, "RightValue": 1.0}, True),
        ({"Type": "Equals", "LeftValue": True, "RightValue": 1}, False),
        ({"Type": "GreaterThan", "LeftValue": 1, "RightValue": 1}, False),
        ({"Type": "GreaterThanOrEqualTo", "LeftValue": 1, "RightValue": 1}, True),
        ({"Type": "LessThan", "LeftValue": 1, "RightValue": 2}, True),
        ({"Type": "LessThanOrEqualTo", "LeftValue": 3, "RightValue": 2}, False),
        ({"Type": "In", "QueryValue": "a", "Values": ["a", "b"]}, True),
        ({"Type": "Not", "Condition": {"Type": "In", "QueryValue": "a", "Values": []}}, True),
        ({"Type": "Or", "Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": 2}]}, False),
    ],
)
def test_every_condition_type(condition: dict[str, Any], outcome: bool) -> None:
    assert holds(condition) is outcome


def test_all_conditions_must_hold() -> None:
    true, false = ({"Type": "Equals", "LeftValue": 1, "RightValue": value} for value in (1, 2))
    assert all_hold([true])
    assert not all_hold([true, false])


def test_text_has_no_order() -> None:
    with pytest.raises(ResolutionError, match=r"cannot compare '0.5' with 1: both must be numbers"):
        holds({"Type": "GreaterThan", "LeftValue": "0.5", "RightValue": 1})
