import json
from typing import Any

import pytest

from trainyard.errors import TrainyardError
from trainyard.reproduction.definition import making


def step(name: str, kind: str = "Processing", *, reads: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Any:
    arguments = {f"from-{one}": {"Get": f"Steps.{one}.ProcessingOutputConfig.Outputs['x'].S3Uri"} for one in reads}
    return {"Name": name, "Type": kind, "Arguments": arguments, "DependsOn": list(after)}


REGISTER = {
    "Name": "Register",
    "Type": "RegisterModel",
    "Arguments": {
        "InferenceSpecification": {
            "Containers": [{"ModelDataUrl": {"Get": "Steps.Learn.ModelArtifacts.S3ModelArtifacts"}}]
        },
        "CustomerMetadataProperties": {
            "hash": {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Judge.PropertyFiles.judged"}, "Path": "hash"}}
        },
    },
}


def definition(*steps: Any, registration: Any = REGISTER) -> str:
    decide = {
        "Name": "Decide",
        "Type": "Condition",
        "Arguments": {"Conditions": [], "IfSteps": [registration], "ElseSteps": [step("Reject", "Fail")]},
    }
    return json.dumps({"Version": "2020-12-01", "Parameters": [{"Name": "Run"}], "Steps": [*steps, decide]})


STEPS = (
    step("Take"),
    step("Check", reads=("Take",)),
    step("Learn", "Training", reads=("Take",), after=("Check",)),
    step("Judge", reads=("Learn",)),
    step("Publish", reads=("Judge",)),
)


def test_what_leads_to_the_registration_is_kept_and_nothing_registers_or_publishes() -> None:
    found = making(definition(*STEPS))
    cut = json.loads(found.definition)
    assert [one["Name"] for one in cut["Steps"]] == ["Take", "Check", "Learn", "Judge"]
    assert cut["Parameters"] == [{"Name": "Run"}]
    assert found.training_step == "Learn"
    assert "RegisterModel" not in found.definition


def test_the_same_definition_is_cut_to_the_same_bytes() -> None:
    assert making(definition(*STEPS)) == making(json.dumps(json.loads(definition(*STEPS)), indent=1))


@pytest.mark.parametrize(
    "registration",
    [step("Reject", "Fail"), {**REGISTER, "Arguments": {"InferenceSpecification": {"Containers": [{}]}}}],
)
def test_a_pipeline_that_registers_nothing_it_trained_cannot_be_redone(registration: Any) -> None:
    with pytest.raises(TrainyardError, match="registers no model of a training step"):
        making(definition(*STEPS, registration=registration))


def test_a_step_that_runs_only_sometimes_cannot_be_redone() -> None:
    with pytest.raises(TrainyardError, match="makes its model in step Learn, inside of a condition"):
        making(definition(step("Judge")))
