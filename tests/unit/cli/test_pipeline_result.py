from pipelines.execution import Log, Progress, StepProgress
from pipelines.outcome import Outcome
from tests.pipelines.scripted import ARN, START
from trainyard.cli.pipeline_result import result_document, result_error

GATE = {
    "passed": False,
    "rule": "ratio-to-champion",
    "reason": "Rejected: MAP@10 0.30100 is 1.0033 x the champion's 0.30000; at least 1.01 x, 0.30300, is asked.",
    "challenger_map_at_10": 0.301,
    "reference": "champion",
    "reference_map_at_10": 0.3,
    "ratio": 1.00333,
    "confidence": 0.71,
    "detectable_difference": 0.004,
}


def progress(status: str, *steps: StepProgress, failure: str = "") -> Progress:
    return Progress(execution_arn=ARN, display_name="run-1", status=status, failure=failure, steps=steps)


def failed_step(log: Log | None) -> StepProgress:
    return StepProgress(
        name="Validate",
        status="Failed",
        started=START,
        ended=START,
        failure="row 7 has no price",
        resource_arn="arn",
        log=log,
    )


def test_a_registered_model_is_no_error() -> None:
    assert result_error(Outcome(progress=progress("Succeeded"), model_package_arn="arn")) is None


def test_a_run_that_found_no_instances_names_every_type_it_tried() -> None:
    lacking = ("ml.m5.xlarge", "ml.m5.2xlarge")
    error = result_error(Outcome(progress=progress("Failed"), failed=failed_step(None), lacking=lacking))
    assert error is not None
    assert error.what.endswith("There was no capacity for ml.m5.xlarge, ml.m5.2xlarge")


def test_a_rejection_exits_with_3_and_names_rule_and_numbers() -> None:
    error = result_error(Outcome(progress=progress("Failed"), rejected=True, gate=GATE))
    assert error is not None
    assert error.exit_code == 3
    text = str(error)
    assert "by its rule ratio-to-champion" in text
    assert "MAP@10 0.30100 is 1.0033 x the champion's 0.30000" in text
    assert "challenger 0.30100, champion 0.30000, ratio 1.00333" in text
    assert "smallest detectable difference 0.00400" in text


def test_a_rejection_whose_numbers_are_lost_is_still_a_rejection() -> None:
    error = result_error(Outcome(progress=progress("Failed", failure="Rejected: x."), rejected=True))
    assert error is not None
    assert (error.exit_code, "Rejected: x." in str(error)) == (3, True)


def test_a_failed_step_exits_with_1_and_says_why_and_where_the_log_is() -> None:
    step = failed_step(Log(group="/aws/sagemaker/ProcessingJobs", stream_prefix="pipelines-v/"))
    error = result_error(Outcome(progress=progress("Failed", step), failed=step))
    assert error is not None
    assert error.exit_code == 1
    assert str(error) == (
        "Step Validate failed: row 7 has no price. "
        "Where: log group /aws/sagemaker/ProcessingJobs, streams pipelines-v/*. "
        "`aws logs tail /aws/sagemaker/ProcessingJobs --log-stream-name-prefix pipelines-v/` prints it."
    )


def test_a_stopped_run_says_so() -> None:
    error = result_error(Outcome(progress=progress("Stopped")))
    assert "The run run-1 ended as Stopped: no reason is given" in str(error)


def test_programs_get_the_outcome_in_one_word() -> None:
    step = failed_step(None)
    words = [
        result_document(Outcome(progress=progress("Succeeded"), model_package_arn="arn"), None)["outcome"],
        result_document(Outcome(progress=progress("Failed"), rejected=True, gate=GATE), None)["outcome"],
        result_document(Outcome(progress=progress("Failed", step), failed=step), None)["outcome"],
        result_document(Outcome(progress=progress("Stopped")), None)["outcome"],
    ]
    assert words == ["registered", "rejected", "failed", "stopped"]
