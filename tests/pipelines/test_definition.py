import json
import re
import subprocess
import sys
from typing import Any

import pytest

from localcloud.sagemaker.pipelines.validation import parse_definition
from pipelines.definition.validation import validation_limits
from pipelines.errors import RenderingFailed
from pipelines.rendering import RenderedPipeline, render_pipeline
from recommender.feature_store.layout import CUSTOMER_FILE
from recommender.features.step import parse_options
from stacks.outputs import Features, Validation
from tests.pipelines import contract

JOBS = ("Ingest", "Validate", "Features", "Train", "Evaluate", "Gate")
PROCESSING = tuple(name for name in JOBS if name != "Train")

_PARSED = """
import sys
from sagemaker.core.shapes.model_card_shapes import ModelCardContent
print(ModelCardContent.model_validate_json(sys.stdin.read()).model_dump_json(exclude_unset=True))
"""
"""What the SageMaker SDK, whose import warns, makes of a card by AWS's schema."""


def test_the_steps_tell_the_story_in_order(definition: dict[str, Any]) -> None:
    assert [(step["Name"], step["Type"]) for step in definition["Steps"]] == [
        ("Ingest", "Processing"),
        ("Validate", "Processing"),
        ("Features", "Processing"),
        ("Train", "Training"),
        ("Evaluate", "Processing"),
        ("Gate", "Processing"),
        ("Decide", "Condition"),
    ]


def test_only_what_the_gate_let_pass_is_registered(steps: dict[str, Any]) -> None:
    decide = steps["Decide"]["Arguments"]
    passed = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Gate.PropertyFiles.gate"}, "Path": "passed"}}
    assert decide["Conditions"] == [{"Type": "Equals", "LeftValue": passed, "RightValue": True}]
    assert [(step["Name"], step["Type"]) for step in decide["IfSteps"]] == [("Register", "RegisterModel")]
    assert [(step["Name"], step["Type"]) for step in decide["ElseSteps"]] == [("Reject", "Fail")]
    assert decide["ElseSteps"][0]["Arguments"]["ErrorMessage"]["Std:JsonGet"]["Path"] == "reason"


def test_a_second_rendering_gives_the_same_bytes(rendered: RenderedPipeline) -> None:
    assert render_pipeline(contract.platform(), contract.service()).text == rendered.text


def test_no_time_and_no_folder_of_this_machine_gets_into_the_definition(rendered: RenderedPipeline) -> None:
    assert not re.search(r"20\d\d-\d\d-\d\d-\d\d-\d\d", rendered.text)
    assert "sourcedir" not in rendered.text
    assert "sagemaker-eu-west-1-" not in rendered.text
    assert ":null" not in rendered.text


def test_what_a_run_depends_on_has_no_default(definition: dict[str, Any]) -> None:
    without = {one["Name"] for one in definition["Parameters"] if "DefaultValue" not in one}
    assert without == {"Run", "OrdersUri", "AcceptedUri", "ChampionUri", "ImageUri", "ServingImageUri"}
    assert {one["Type"] for one in definition["Parameters"]} == {"String"}


@pytest.mark.parametrize("name", JOBS)
def test_every_job_runs_in_the_private_network_with_the_platforms_role_and_key(
    steps: dict[str, Any], name: str
) -> None:
    job, platform = steps[name]["Arguments"], contract.platform()
    network = job["VpcConfig"] if name == "Train" else job["NetworkConfig"]["VpcConfig"]
    assert network == {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    assert job["RoleArn"] == platform.roles.training
    cluster = job["ResourceConfig"] if name == "Train" else job["ProcessingResources"]["ClusterConfig"]
    output = job["OutputDataConfig"] if name == "Train" else job["ProcessingOutputConfig"]
    assert (cluster["VolumeKmsKeyId"], output["KmsKeyId"]) == (platform.kms_key_arn, platform.kms_key_arn)
    assert {tag["Key"]: tag["Value"] for tag in job["Tags"]} == {
        "managed-by": "trainyard-pipeline",
        "trainyard-environment": "dev",
        "trainyard-service": "recommender",
    }


@pytest.mark.parametrize("name", JOBS)
def test_every_job_is_retried_after_aws_own_faults_only(steps: dict[str, Any], name: str) -> None:
    retried = {kind for policy in steps[name]["RetryPolicies"] for kind in policy["ExceptionType"]}
    assert retried == {
        "Step.SERVICE_FAULT",
        "Step.THROTTLING",
        "SageMaker.RESOURCE_LIMIT",
        "SageMaker.JOB_INTERNAL_ERROR",
        "SageMaker.CAPACITY_ERROR",
    }


@pytest.mark.parametrize("name", PROCESSING)
def test_processing_runs_the_code_in_the_image(steps: dict[str, Any], name: str) -> None:
    job = steps[name]["Arguments"]
    application = job["AppSpecification"]
    expected = ["trainyard.gate"] if name == "Gate" else ["recommender", name.lower()]
    assert application["ContainerEntrypoint"] == ["python", "-m", *expected]
    assert application["ImageUri"] == {"Get": "Parameters.ImageUri"}
    assert job["ProcessingResources"]["ClusterConfig"]["InstanceType"] == "ml.m6i.large"


@pytest.mark.parametrize(
    ("name", "inputs", "outputs"),
    [
        ("Ingest", ["orders"], ["snapshot"]),
        ("Validate", ["snapshot", "accepted"], ["report", "validated", "accepted"]),
        ("Features", ["snapshot"], ["features"]),
        ("Evaluate", ["challenger", "champion", "features"], ["evaluation"]),
        ("Gate", ["evaluation", "champion", "validation"], ["gate"]),
    ],
)
def test_processing_folders_are_those_of_the_containers_contract(
    steps: dict[str, Any], name: str, inputs: list[str], outputs: list[str]
) -> None:
    job = steps[name]["Arguments"]
    folders = [one["S3Input"]["LocalPath"] for one in job["ProcessingInputs"]]
    assert folders == [f"/opt/ml/processing/input/{folder}" for folder in inputs]
    given = job["ProcessingOutputConfig"]["Outputs"]
    assert [one["OutputName"] for one in given] == outputs
    for one in given:
        assert one["S3Output"]["LocalPath"] == f"/opt/ml/processing/output/{one['OutputName']}"
        if one["OutputName"] != "accepted":
            assert {"Get": "Parameters.Run"} in one["S3Output"]["S3Uri"]["Std:Join"]["Values"]


def test_validation_is_given_what_was_accepted_and_leaves_its_record_where_the_launcher_looks(
    steps: dict[str, Any],
) -> None:
    job = steps["Validate"]["Arguments"]
    assert job["ProcessingInputs"][1]["S3Input"]["S3Uri"] == {"Get": "Parameters.AcceptedUri"}
    outputs = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in job["ProcessingOutputConfig"]["Outputs"]}
    assert outputs["accepted"] == "s3://dev-artifacts/recommender/validation"


def test_training_has_the_features_the_dials_and_the_spot_setting(steps: dict[str, Any]) -> None:
    job = steps["Train"]["Arguments"]
    (channel,) = job["InputDataConfig"]
    assert channel["ChannelName"] == "features"
    source = channel["DataSource"]["S3DataSource"]["S3Uri"]
    assert source == {"Get": "Steps.Features.ProcessingOutputConfig.Outputs['features'].S3Output.S3Uri"}
    assert job["HyperParameters"]["seed"] == {"Get": "Parameters.Seed"}
    assert job["ResourceConfig"]["InstanceType"] == {"Get": "Parameters.TrainingInstanceType"}
    assert job["EnableManagedSpotTraining"] is True
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}


def test_a_spot_job_keeps_the_checkpoints_of_each_run_apart(steps: dict[str, Any]) -> None:
    address = steps["Train"]["Arguments"]["CheckpointConfig"]["S3Uri"]["Std:Join"]["Values"]
    assert address == ["s3://dev-artifacts/recommender/runs", {"Get": "Parameters.Run"}, "checkpoints"]


def test_the_features_read_what_validation_let_through(steps: dict[str, Any]) -> None:
    (read,) = steps["Features"]["Arguments"]["ProcessingInputs"]
    assert read["S3Input"]["S3Uri"] == {
        "Get": "Steps.Validate.ProcessingOutputConfig.Outputs['validated'].S3Output.S3Uri"
    }


def test_validation_is_given_the_environments_limits(steps: dict[str, Any]) -> None:
    assert steps["Validate"]["Arguments"]["AppSpecification"]["ContainerArguments"] == [
        *("--maximum-quarantined-percent", "1"),
        *("--maximum-age-days", "0"),
        *("--volume-tolerance", "4"),
        *("--history-tolerance-percent", "5"),
    ]


def test_limits_of_reasons_come_in_order_and_as_the_step_reads_them() -> None:
    asked = Validation(maximum_percent_by_reason={"price_jump": 0.5, "date_missing": 0})
    assert validation_limits(asked)[-4:] == (
        *("--maximum-percent-of", "date_missing=0"),
        *("--maximum-percent-of", "price_jump=0.5"),
    )


def test_the_gate_is_given_the_environments_policy_and_the_champion_that_was_sent_in(steps: dict[str, Any]) -> None:
    gate = steps["Gate"]["Arguments"]
    assert gate["AppSpecification"]["ContainerArguments"] == [
        *("--minimum-ratio", "1.01"),
        *("--confidence", "0.9"),
        *("--minimum-slice-customers", "50"),
        *("--maximum-slice-loss", "0.1"),
        *("--minimum-map-at-10", "0.04"),
        *("--minimum-coverage", "0.02"),
        *("--maximum-latency-ms", "50.0"),
    ]
    champion = gate["ProcessingInputs"][1]["S3Input"]["S3Uri"]["Std:Join"]
    assert champion == {"On": "/", "Values": [{"Get": "Parameters.ChampionUri"}, "champion.json"]}


def test_a_model_is_registered_pending_with_its_lineage_and_nothing_version_specific(steps: dict[str, Any]) -> None:
    package = steps["Register"]["Arguments"]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["ModelPackageGroupName"] == "recommender-dev"
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["Environment"] == {}
    assert container["Image"] == {"Get": "Parameters.ServingImageUri"}
    assert container["ModelDataUrl"] == {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
    metadata = package["CustomerMetadataProperties"]
    assert {"run", "data_hash", "code_commit", "image", "serving_image", "map_at_10", "gate_rule"} <= set(metadata)
    assert metadata["instance_type"] == {"Get": "Steps.Train.ResourceConfig.InstanceType"}
    assert metadata["code_commit"] == {"Get": "Parameters.CodeCommit"}
    assert "Steps.Gate.PropertyFiles.gate" in json.dumps(metadata["map_at_10"])


@pytest.fixture(scope="module")
def on_gpus() -> dict[str, Any]:
    types: dict[str, Any] = {
        "instance_type": "ml.g5.xlarge",
        "fallback_instance_types": ["ml.g5.2xlarge", "ml.g6.xlarge"],
    }
    return json.loads(render_pipeline(contract.platform(), contract.service(**types)).text)


def test_disks_that_hardware_encrypts_get_no_key(on_gpus: dict[str, Any]) -> None:
    steps = {step["Name"]: step["Arguments"] for step in on_gpus["Steps"] if "Arguments" in step}
    assert "VolumeKmsKeyId" not in steps["Train"]["ResourceConfig"]
    assert "VolumeKmsKeyId" in steps["Features"]["ProcessingResources"]["ClusterConfig"]


def test_what_a_run_trains_on_is_the_dials_unless_its_launcher_says_otherwise(
    definition: dict[str, Any], on_gpus: dict[str, Any]
) -> None:
    types = ("TrainingInstanceType", "FallbackInstanceTypes", "LackingInstanceTypes")
    alone, falling = (
        {one["Name"]: one.get("DefaultValue") for one in each["Parameters"]} for each in (definition, on_gpus)
    )
    assert [alone[name] for name in types] == ["ml.m6i.xlarge", "none", "none"]
    assert [falling[name] for name in types] == ["ml.g5.xlarge", "ml.g5.2xlarge,ml.g6.xlarge", "none"]


def test_a_type_that_another_can_stand_in_for_is_waited_for_less(
    definition: dict[str, Any], on_gpus: dict[str, Any]
) -> None:
    def attempts(rendered: dict[str, Any]) -> dict[str, int]:
        steps = {step["Name"]: step for step in rendered["Steps"]}
        policies = steps["Train"]["RetryPolicies"]
        return {kind: policy["MaxAttempts"] for policy in policies for kind in policy["ExceptionType"]}

    alone, falling = attempts(definition), attempts(on_gpus)
    assert (alone["SageMaker.CAPACITY_ERROR"], falling["SageMaker.CAPACITY_ERROR"]) == (4, 1)
    assert alone["SageMaker.RESOURCE_LIMIT"] == falling["SageMaker.RESOURCE_LIMIT"] == 4


def test_a_setting_the_sdk_refuses_is_named() -> None:
    refused = contract.service().model_copy(update={"pipeline_name": "x", "training": None})
    with pytest.raises(RenderingFailed, match="The SageMaker SDK could not render the pipeline: "):
        render_pipeline(contract.platform(), refused)


def test_the_local_cloud_can_run_every_step(rendered: RenderedPipeline) -> None:
    assert list(parse_definition(rendered.text).steps)[-3:] == ["Decide", "Register", "Reject"]


def test_without_a_tracker_no_job_has_variables_and_with_one_each_knows_its_run(steps: dict[str, Any]) -> None:
    assert [name for name in JOBS if steps[name]["Arguments"].get("Environment")] == []
    platform = contract.platform().model_copy(update={"tracking_uri": "https://mlflow.example.com"})
    told = json.loads(render_pipeline(platform, contract.service()).text)["Steps"]
    for step in (step for step in told if step["Name"] in JOBS):
        assert step["Arguments"]["Environment"] == {
            "MLFLOW_TRACKING_URI": "https://mlflow.example.com",
            "TRACKING_EXPERIMENT": "recommender-dev",
            "TRACKING_RUN": {"Get": "Parameters.Run"},
            "TRACKING_CODE_COMMIT": {"Get": "Parameters.CodeCommit"},
            "TRACKING_IMAGE": {"Get": "Parameters.ImageUri"},
            "TRACKING_ORDERS_URI": {"Get": "Parameters.OrdersUri"},
        }


def test_the_registered_card_fits_aws_schema_whatever_the_run_fills_in(steps: dict[str, Any]) -> None:
    joined = steps["Register"]["Arguments"]["ModelCard"]["ModelCardContent"]["Std:Join"]
    assert joined["On"] == ""
    text = "".join(part if isinstance(part, str) else "0.25" for part in joined["Values"])
    card = json.loads(text)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", _PARSED], input=text, capture_output=True, text=True)
    assert json.loads(done.stdout) == card, f"a member that the schema does not have: {done.stderr[-500:]}"
    assert set(card["model_overview"]) <= {"model_creator", "model_artifact"}
    assert card["model_overview"]["model_creator"] == "recommendations@example.com"
    values = [one["value"] for one in card["evaluation_details"][0]["metric_groups"][0]["metric_data"]]
    assert values == [0.25, 0.25]


def test_only_a_service_that_asks_for_spark_computes_its_features_with_it(steps: dict[str, Any]) -> None:
    assert "ContainerArguments" not in steps["Features"]["Arguments"]["AppSpecification"]
    service = contract.service().model_copy(update={"features": Features(engine="spark")})
    told = {step["Name"]: step for step in json.loads(render_pipeline(contract.platform(), service).text)["Steps"]}
    arguments = told["Features"]["Arguments"]["AppSpecification"]["ContainerArguments"]
    assert arguments == ["--engine", "spark"]
    assert parse_options(arguments).engine == "spark"
    assert {name for name, step in told.items() if "spark" in json.dumps(step)} == {"Features"}


def test_an_online_store_is_filled_beside_the_training_from_the_one_file_that_it_takes() -> None:
    service = contract.service().model_copy(update={"online_store": "trainyard_dev_recommender"})
    definition = json.loads(render_pipeline(contract.platform(), service).text)
    names = [step["Name"] for step in definition["Steps"]]
    assert names == ["Ingest", "Validate", "Features", "Materialize", "Train", "Evaluate", "Gate", "Decide"]
    job = definition["Steps"][3]["Arguments"]
    assert job["AppSpecification"]["ContainerEntrypoint"] == ["python", "-m", "recommender", "materialize"]
    assert job["AppSpecification"]["ContainerArguments"] == ["--project", "trainyard_dev_recommender"]
    assert job["RoleArn"] == contract.platform().roles.training
    (read,) = job["ProcessingInputs"]
    folder = {"Get": "Steps.Features.ProcessingOutputConfig.Outputs['features'].S3Output.S3Uri"}
    assert read["S3Input"]["S3Uri"] == {"Std:Join": {"On": "/", "Values": [folder, CUSTOMER_FILE]}}
    assert parse_definition(json.dumps(definition)).steps["Materialize"].upstream == {"Features"}
    others = [step for step in definition["Steps"] if step["Name"] != "Materialize"]
    assert "Materialize" not in json.dumps(others), "no later step waits for the store"
