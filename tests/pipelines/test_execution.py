import pytest
from botocore.exceptions import ClientError

from pipelines.errors import RunRefused
from pipelines.execution import Log, observe, watch
from pipelines.outcome import outcome
from tests.pipelines.scripted import ARN, PACKAGE, OneObject, ScriptedSageMaker, processing, registered, rejected, step

GATE = {"passed": True, "rule": "ratio-to-champion"}


def ended(status: str, steps: list[dict]):
    client = ScriptedSageMaker([(status, steps)])
    return outcome(observe(ARN, client), sagemaker=client, s3=OneObject(GATE))


def test_steps_come_in_the_order_they_started_and_those_without_a_start_last() -> None:
    steps = [step("Later", "Executing", at=9), step("Waiting", "Starting"), step("First", "Succeeded", at=1, took=2)]
    found = observe(ARN, ScriptedSageMaker([("Executing", steps)]))
    assert [one.name for one in found.steps] == ["First", "Later", "Waiting"]
    assert not found.ended


def test_a_job_says_where_its_log_is() -> None:
    train = {"TrainingJob": {"Arn": "arn:aws:sagemaker:eu-west-1:000000000001:training-job/pipelines-train"}}
    steps = [step("Ingest", "Succeeded", **processing("ingest")), step("Train", "Executing", at=1, **train)]
    found = observe(ARN, ScriptedSageMaker([("Executing", steps)]))
    assert [one.log for one in found.steps] == [
        Log(group="/aws/sagemaker/ProcessingJobs", stream_prefix="pipelines-ingest/"),
        Log(group="/aws/sagemaker/TrainingJobs", stream_prefix="pipelines-train/"),
    ]


def test_watching_pauses_between_looks_and_stops_at_the_end() -> None:
    pauses = list[None]()
    script = [("Executing", []), ("Executing", registered()[:1]), ("Succeeded", registered())]
    seen = list(watch(ARN, ScriptedSageMaker(script), lambda: pauses.append(None)))
    assert [one.status for one in seen] == ["Executing", "Executing", "Succeeded"]
    assert len(pauses) == 2


def test_an_execution_that_does_not_exist_is_refused() -> None:
    class Nothing:
        def describe_pipeline_execution(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "no"}}, "DescribePipelineExecution")

    with pytest.raises(RunRefused, match="There is no pipeline execution"):
        observe(ARN, Nothing())


def test_a_registered_model_is_the_outcome_with_the_gates_numbers() -> None:
    found = ended("Succeeded", registered())
    assert (found.model_package_arn, found.rejected, found.failed, found.gate) == (PACKAGE, False, None, GATE)


def test_a_rejection_is_no_failure_of_a_step() -> None:
    found = ended("Failed", rejected())
    assert (found.model_package_arn, found.rejected, found.failed, found.gate) == ("", True, None, GATE)


def test_a_failed_step_is_the_outcome_with_its_reason() -> None:
    found = ended("Failed", [step("Validate", "Failed", took=3, reason="row 7 has no price", **processing("v"))])
    assert found.failed is not None
    assert (found.failed.name, found.failed.failure, found.gate) == ("Validate", "row 7 has no price", None)


def test_a_stopped_run_has_neither_model_nor_failed_step() -> None:
    found = ended("Stopped", [step("Train", "Stopped", took=3)])
    assert (found.model_package_arn, found.rejected, found.failed) == ("", False, None)
