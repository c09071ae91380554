"""The SageMaker SDK's own rendering of a pipeline runs here unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.accounts import SECRET_KEY, access_key

from .conftest import BUCKET, IMAGE, Jobs

_PROGRAM = """
import json, pathlib, sys
if sys.argv[1:] == ["train"]:
    depth = json.loads(pathlib.Path("/opt/ml/input/config/hyperparameters.json").read_text())["depth"]
    rows = pathlib.Path("/opt/ml/input/data/orders/orders.csv").read_text()
    pathlib.Path("/opt/ml/model/ranker.json").write_text(json.dumps([depth, rows]))
    print("map=0.25;")
else:
    assert pathlib.Path("/opt/ml/processing/input/model/model.tar.gz").exists()
    gate = pathlib.Path("/opt/ml/processing/output/gate/gate.json")
    gate.write_text(json.dumps({"passed": float(sys.argv[1]) > 0.5, "reason": "too low"}))
"""


@pytest.fixture
def sdk(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    quiet = tmp_path / "sagemaker.yaml"
    quiet.write_text("SchemaVersion: '1.0'\nSageMaker: {PythonSDK: {Modules: {TelemetryOptOut: true}}}\n")
    for name, value in {
        "AWS_ENDPOINT_URL": jobs.aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": access_key(jobs.aws.account),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": jobs.aws.region,
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(quiet),
    }.items():
        monkeypatch.setenv(name, value)
    from sagemaker.core.workflow.pipeline_context import PipelineSession

    return PipelineSession(default_bucket=BUCKET)


def _pipeline(session: Any, role: str) -> Any:
    from sagemaker.core.model_registry import create_model_package_from_containers
    from sagemaker.core.processing import Processor
    from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
    from sagemaker.core.workflow.conditions import (
        ConditionEquals,
        ConditionGreaterThan,
        ConditionIn,
        ConditionNot,
        ConditionOr,
    )
    from sagemaker.core.workflow.execution_variables import ExecutionVariables
    from sagemaker.core.workflow.functions import Join, JsonGet
    from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
    from sagemaker.core.workflow.properties import PropertyFile
    from sagemaker.mlops.workflow.condition_step import ConditionStep
    from sagemaker.mlops.workflow.fail_step import FailStep
    from sagemaker.mlops.workflow.model_step import ModelStep
    from sagemaker.mlops.workflow.pipeline import Pipeline
    from sagemaker.mlops.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy
    from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
    from sagemaker.train.configs import Compute, InputData, OutputDataConfig
    from sagemaker.train.model_trainer import ModelTrainer

    score = ParameterString("Score", default_value="0.9")
    depth = ParameterInteger("Depth", default_value=6)
    rate = ParameterFloat("Rate", default_value=0.5)
    trainer = ModelTrainer(
        sagemaker_session=session,
        role=role,
        base_job_name="shop",
        training_image=IMAGE,
        compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{BUCKET}/models"),
        hyperparameters={"depth": depth},
    )
    data = [InputData(channel_name="orders", data_source=f"s3://{BUCKET}/orders/")]
    train = TrainingStep(
        "Train",
        step_args=trainer.train(input_data_config=data),
        cache_config=CacheConfig(enable_caching=True, expire_after="P1D"),
        retry_policies=[StepRetryPolicy([StepExceptionTypeEnum.SERVICE_FAULT], max_attempts=2)],
    )
    processor = Processor(
        sagemaker_session=session,
        role=role,
        base_job_name="shop",
        image_uri=IMAGE,
        entrypoint=["python", "-m", "job"],
        instance_type="ml.m5.large",
        instance_count=1,
    )
    model = ProcessingS3Input(
        s3_uri=train.properties.ModelArtifacts.S3ModelArtifacts,
        local_path="/opt/ml/processing/input/model",
        s3_data_type="S3Prefix",
        s3_input_mode="File",
    )
    decision = ProcessingS3Output(
        s3_uri=Join(on="/", values=[f"s3://{BUCKET}/runs", ExecutionVariables.PIPELINE_EXECUTION_ID, "gate"]),
        local_path="/opt/ml/processing/output/gate",
        s3_upload_mode="EndOfJob",
    )
    gate = ProcessingStep(
        "Gate",
        step_args=processor.run(
            inputs=[ProcessingInput(input_name="model", s3_input=model)],
            outputs=[ProcessingOutput(output_name="gate", s3_output=decision)],
            arguments=[score],
        ),
        property_files=[PropertyFile(name="gate", output_name="gate", path="gate.json")],
    )
    passed = JsonGet(step_name="Gate", property_file="gate", json_path="passed")
    reason = JsonGet(step_name="Gate", property_file="gate", json_path="reason")

    class Source:
        sagemaker_session = session

    session.init_model_step_arguments(Source())
    create_model_package_from_containers(
        session,
        containers=[{"Image": IMAGE, "ModelDataUrl": train.properties.ModelArtifacts.S3ModelArtifacts}],
        model_package_group_name="shop",
        content_types=["application/json"],
        response_types=["application/json"],
        inference_instances=["ml.m5.large"],
        approval_status="PendingManualApproval",
        customer_metadata_properties={"run": ExecutionVariables.PIPELINE_EXECUTION_ID},
    )
    register = ModelStep("Register", step_args=session.context)
    session.context = None
    decide = ConditionStep(
        "Decide",
        conditions=[
            ConditionEquals(left=passed, right=True),
            ConditionOr([ConditionIn(value=score, in_values=["0.9"]), ConditionGreaterThan(left=rate, right=0.1)]),
            ConditionNot(ConditionEquals(left=depth, right=7)),
        ],
        if_steps=[register],
        else_steps=[FailStep("Reject", error_message=Join(on=" ", values=["rejected:", reason]))],
    )
    return Pipeline(
        name="shop", parameters=[score, depth, rate], steps=[train, gate, decide], sagemaker_session=session
    )


def _run(jobs: Jobs, pipeline: Any, **parameters: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    execution = pipeline.start(parameters=parameters)
    answer = jobs.wait(execution.describe, "PipelineExecutionStatus", "Succeeded", "Failed")
    return answer, {step["StepName"]: step for step in execution.list_steps()}


@pytest.mark.e2e
@pytest.mark.filterwarnings("ignore")  # the SDK's own deprecations
def test_what_the_sdk_renders_runs(jobs: Jobs, sdk: Any) -> None:
    jobs.program(_PROGRAM)
    jobs.put("orders/orders.csv", b"a,b")
    pipeline = _pipeline(sdk, jobs.role)
    pipeline.upsert(role_arn=jobs.role)
    pipeline.upsert(role_arn=jobs.role)

    answer, steps = _run(jobs, pipeline)
    assert answer["PipelineExecutionStatus"] == "Succeeded", [step.get("FailureReason") for step in steps.values()]
    package = jobs.sagemaker.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert package["CustomerMetadataProperties"] == {"run": answer["PipelineExecutionArn"].rpartition("/")[2]}

    answer, steps = _run(jobs, pipeline, Score="0.1")
    assert (answer["PipelineExecutionStatus"], answer["FailureReason"]) == ("Failed", "rejected: too low")
    assert "CacheHitResult" in steps["Train"], json.dumps(steps, default=str)
