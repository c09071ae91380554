import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker import pipelines
from localcloud.scope import Scope

from .conftest import BUCKET, IMAGE, Jobs

_PROGRAM = """
import json, os, pathlib, sys
step = sys.argv[1]
out = pathlib.Path("/opt/ml/processing/output/gate")
if step == "gate":
    model = list(pathlib.Path("/opt/ml/processing/input/model").iterdir())[0].name
    out.joinpath("gate.json").write_text(json.dumps({"passed": float(sys.argv[2]) > 0.5, "reason": model}))
elif step == "train":
    pathlib.Path("/opt/ml/model/ranker.json").write_text("{}")
elif step == "sleep":
    import time; time.sleep(60)
elif step == "crash":
    sys.exit(2)
"""
_CLUSTER = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}


_ROLE = "the jobs' role"
"""In the definitions of steps, until a test knows its account."""


def _process(name: str, *arguments: Any, inputs: Any = (), **more: Any) -> dict[str, Any]:
    output = {
        "OutputName": "gate",
        "S3Output": {
            "S3Uri": {"Std:Join": {"On": "/", "Values": [f"s3://{BUCKET}/{name}", {"Get": "Parameters.Folder"}]}},
            "LocalPath": "/opt/ml/processing/output/gate",
            "S3UploadMode": "EndOfJob",
        },
    }
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": _ROLE,
            "ProcessingResources": _CLUSTER,
            "AppSpecification": {"ImageUri": IMAGE, "ContainerArguments": list(arguments)},
            "ProcessingInputs": list(inputs),
            "ProcessingOutputConfig": {"Outputs": [output]},
        },
        **more,
    }


_TRAIN = {
    "Name": "Train",
    "Type": "Training",
    "Arguments": {
        "RoleArn": _ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    },
}
_MODEL_INPUT = {
    "InputName": "model",
    "S3Input": {
        "S3Uri": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
        "LocalPath": "/opt/ml/processing/input/model",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    },
}
_GATE = _process(
    "Gate",
    "gate",
    {"Get": "Parameters.Score"},
    inputs=[_MODEL_INPUT],
    PropertyFiles=[{"PropertyFileName": "gate", "OutputName": "gate", "FilePath": "gate.json"}],
)
_REGISTER = {
    "Name": "Register",
    "Type": "RegisterModel",
    "Arguments": {
        "ModelPackageGroupName": "shop",
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": IMAGE, "ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}}],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    },
}


def _from_gate(path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Gate.PropertyFiles.gate"}, "Path": path}}


_DECIDE = {
    "Name": "Decide",
    "Type": "Condition",
    "Arguments": {
        "Conditions": [{"Type": "Equals", "LeftValue": _from_gate("passed"), "RightValue": True}],
        "IfSteps": [_REGISTER],
        "ElseSteps": [{"Name": "Reject", "Type": "Fail", "Arguments": {
            "ErrorMessage": {"Std:Join": {"On": " ", "Values": ["rejected:", _from_gate("reason")]}}}}],
    },
}  # fmt: skip
_PARAMETERS = [
    {"Name": "Score", "Type": "String", "DefaultValue": "0.9"},
    {"Name": "Folder", "Type": "String", "DefaultValue": "out"},
]


def _create(jobs: Jobs, *steps: dict[str, Any], name: str = "shop") -> None:
    jobs.program(_PROGRAM)
    definition = json.dumps({"Version": "2020-12-01", "Parameters": _PARAMETERS, "Steps": steps})
    definition = definition.replace(_ROLE, jobs.role)
    jobs.sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=jobs.role)


def _start(jobs: Jobs, **parameters: str) -> str:
    given = [{"Name": name, "Value": value} for name, value in parameters.items()]
    return jobs.sagemaker.start_pipeline_execution(PipelineName="shop", PipelineParameters=given)[
        "PipelineExecutionArn"
    ]


def _finish(jobs: Jobs, arn: str) -> dict[str, Any]:
    return jobs.wait(
        lambda: jobs.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn),
        "PipelineExecutionStatus",
        "Succeeded",
        "Failed",
        "Stopped",
    )


def _steps(jobs: Jobs, arn: str) -> dict[str, dict[str, Any]]:
    answer = jobs.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    return {step["StepName"]: step for step in answer["PipelineExecutionSteps"]}


def test_a_model_that_passes_the_gate_is_registered(jobs: Jobs) -> None:
    _create(jobs, _TRAIN, _GATE, _DECIDE)
    arn = _start(jobs)
    execution = _finish(jobs, arn)
    steps = _steps(jobs, arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded", steps
    assert list(steps) == ["Train", "Gate", "Decide", "Register"]
    package = jobs.sagemaker.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    container = package["InferenceSpecification"]["Containers"][0]
    assert container["ModelDataUrl"].endswith("/output/model.tar.gz")
    assert steps["Decide"]["Metadata"]["Condition"]["Outcome"] == "True"
    assert ":training-job/pipelines-" in steps["Train"]["Metadata"]["TrainingJob"]["Arn"]


def test_a_rejected_model_fails_the_execution_with_the_reason(jobs: Jobs) -> None:
    _create(jobs, _TRAIN, _GATE, _DECIDE)
    arn = _start(jobs, Score="0.1")
    execution = _finish(jobs, arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"] == "rejected: model.tar.gz"
    steps = _steps(jobs, arn)
    assert list(steps) == ["Train", "Gate", "Decide", "Reject"]
    assert steps["Reject"]["FailureReason"] == "rejected: model.tar.gz"
    parameters = jobs.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert {item["Name"]: item["Value"] for item in parameters} == {"Score": "0.1", "Folder": "out"}


def test_a_failed_job_fails_its_step_with_the_jobs_reason(jobs: Jobs) -> None:
    _create(jobs, _process("Crash", "crash"), _process("Later", "none", DependsOn=["Crash"]))
    arn = _start(jobs)
    execution = _finish(jobs, arn)
    assert execution["FailureReason"] == "Step failure: One or multiple steps failed."
    steps = _steps(jobs, arn)
    assert list(steps) == ["Crash"]
    assert "exit code: 2" in steps["Crash"]["FailureReason"]


def test_a_cached_step_is_not_run_again(jobs: Jobs) -> None:
    _create(jobs, _process("Slow", "none", CacheConfig={"Enabled": True, "ExpireAfter": "P1D"}))
    first, second, other = _start(jobs), "", ""
    _finish(jobs, first)
    second = _start(jobs)
    _finish(jobs, second)
    other = _start(jobs, Folder="elsewhere")
    _finish(jobs, other)
    assert _steps(jobs, second)["Slow"]["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
    assert _steps(jobs, second)["Slow"]["Metadata"] == _steps(jobs, first)["Slow"]["Metadata"]
    assert "CacheHitResult" not in _steps(jobs, other)["Slow"]


def test_stopping_an_execution_stops_its_jobs(jobs: Jobs) -> None:
    _create(jobs, _process("Sleep", "sleep"), _process("Later", "none", DependsOn=["Sleep"]))
    arn = _start(jobs)
    jobs.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert _finish(jobs, arn)["PipelineExecutionStatus"] == "Stopped"
    assert "Later" not in _steps(jobs, arn)
    assert jobs.sagemaker.list_processing_jobs(StatusEquals="InProgress")["ProcessingJobSummaries"] == []
    with pytest.raises(ClientError, match="is Stopped; only one that is Executing can be stopped"):
        jobs.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_an_update_of_an_execution_is_told_and_its_parallelism_counts_at_once(jobs: Jobs) -> None:
    _create(jobs, _process("One", "sleep"), _process("Two", "sleep"))
    one_at_a_time = {"MaxParallelExecutionSteps": 1}
    arn = jobs.sagemaker.start_pipeline_execution(PipelineName="shop", ParallelismConfiguration=one_at_a_time)[
        "PipelineExecutionArn"
    ]
    jobs.wait(lambda: {"count": str(len(_steps(jobs, arn)))}, "count", "1")
    changes = {
        "PipelineExecutionDescription": "for the third of May",
        "PipelineExecutionDisplayName": "third",
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": 2},
    }
    answer = jobs.sagemaker.update_pipeline_execution(PipelineExecutionArn=arn, **changes)
    assert answer["PipelineExecutionArn"] == arn
    jobs.wait(lambda: {"count": str(len(_steps(jobs, arn)))}, "count", "2")
    described = jobs.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert {key: described[key] for key in changes} == changes
    jobs.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    _finish(jobs, arn)
    with pytest.raises(ClientError, match="does not exist"):
        jobs.sagemaker.update_pipeline_execution(PipelineExecutionArn=f"{arn}x")
    with pytest.raises(ClientError, match="'pipelineExecutionDisplayName' failed to satisfy constraint"):
        jobs.sagemaker.update_pipeline_execution(PipelineExecutionArn=arn, PipelineExecutionDisplayName="no good")


def test_a_retry_runs_only_what_has_not_succeeded(jobs: Jobs) -> None:
    _create(jobs, _process("Good", "none"), _process("Crash", "crash", DependsOn=["Good"]))
    arn = _start(jobs)
    _finish(jobs, arn)
    before = _steps(jobs, arn)
    jobs.program("")
    jobs.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)
    assert _finish(jobs, arn)["PipelineExecutionStatus"] == "Succeeded"
    assert _steps(jobs, arn)["Good"] == before["Good"]


def test_an_interrupted_execution_goes_on_after_a_restart(jobs: Jobs) -> None:
    _create(jobs, _process("Good", "none"), _process("Cut", "none", DependsOn=["Good"]))
    arn = _start(jobs)
    _finish(jobs, arn)
    store, scope, name = jobs.aws.cloud.store, Scope(jobs.aws.account, jobs.aws.region), arn.rpartition("/")[2]
    document = store.get(scope, "PipelineExecution", name)
    assert document is not None
    good, cut = document["_Steps"]["Good"], {**document["_Steps"]["Cut"], "StepStatus": "Executing"}
    store.update(
        scope, "PipelineExecution", name, PipelineExecutionStatus="Executing", _Steps={"Good": good, "Cut": cut}
    )
    pipelines.start(jobs.aws.cloud)
    assert _finish(jobs, arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = _steps(jobs, arn)
    assert steps["Good"]["StartTime"] == good["StartTime"]
    assert steps["Cut"]["StartTime"] > cut["StartTime"]


def test_what_cannot_start_is_refused(jobs: Jobs) -> None:
    _create(jobs, _process("Good", "none"))
    with pytest.raises(ClientError, match=r"Unknown parameter\(s\) Nope"):
        _start(jobs, Nope="1")
    with pytest.raises(ClientError, match="Pipeline names must be unique"):
        _create(jobs, _process("Good", "none"))
    with pytest.raises(ClientError, match=r"Unable to parse pipeline definition. Invalid JSON"):
        jobs.sagemaker.update_pipeline(PipelineName="shop", PipelineDefinition="{")
    with pytest.raises(ClientError, match="does not exist"):
        jobs.sagemaker.start_pipeline_execution(PipelineName="other")
    assert jobs.sagemaker.list_pipeline_executions(PipelineName="shop")["PipelineExecutionSummaries"] == []


def test_a_deleted_pipeline_is_gone_with_its_executions(jobs: Jobs) -> None:
    _create(jobs, _process("Good", "none"))
    arn = _start(jobs)
    _finish(jobs, arn)
    jobs.sagemaker.delete_pipeline(PipelineName="shop")
    with pytest.raises(ClientError, match="does not exist"):
        jobs.sagemaker.describe_pipeline(PipelineName="shop")
    with pytest.raises(ClientError, match="does not exist"):
        jobs.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)


def test_execution_and_step_changes_are_events(jobs: Jobs) -> None:
    sqs, events = jobs.aws.client("sqs"), jobs.aws.client("events")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"detail-type": [{"prefix": "SageMaker Model Building Pipeline Execution"}]}
    events.put_rule(Name="pipelines", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="pipelines", Targets=[{"Id": "queue", "Arn": queue}])
    _create(jobs, _process("Good", "none"))
    _finish(jobs, _start(jobs))
    told: list[dict[str, Any]] = []
    while len(told) < 5:  # the last may be under way still; one that never comes meets the test's own timeout
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        told += [json.loads(message["Body"])["detail"] for message in received.get("Messages", [])]
    assert [(d.get("currentStepStatus"), d.get("currentPipelineExecutionStatus")) for d in told] == [
        (None, "Executing"),
        ("Starting", None),
        ("Executing", None),
        ("Succeeded", None),
        (None, "Succeeded"),
    ]
