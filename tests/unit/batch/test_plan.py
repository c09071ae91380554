from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from tests.unit.batch.plans import batch
from tests.unit.release.plans import plan as release
from trainyard.batch.customers import parse_customers
from trainyard.batch.request import model, transform_job
from trainyard.release.request import model as released_model
from trainyard.sweep import Ownership, Thing

OTHER = parse_customers(b"customer_id\n1\n3\n", "list.csv")
FLEET, CONTAINER = batch().fleet, batch().container


@pytest.mark.parametrize(
    "changes",
    [
        {"customers": OTHER},
        {"k": 9},
        {"version": "4"},
        {"home": "s3://artifacts/shop/batch/monday"},
        {"container": replace(CONTAINER, image="repo@sha256:4")},
        {"container": replace(CONTAINER, model_data_url="s3://other")},
        {"container": replace(CONTAINER, environment={"A": "2"})},
        {"fleet": replace(FLEET, environment={"LOG": "debug"})},
        {"fleet": replace(FLEET, execution_role_arn="other")},
        {"fleet": replace(FLEET, subnet_ids=("subnet-2",))},
        {"fleet": replace(FLEET, security_group_id="sg-2")},
    ],
)
def test_whatever_changes_the_answers_makes_another_job(changes: dict[str, Any]) -> None:
    assert batch(**changes).job(1).name != batch().job(1).name


@pytest.mark.parametrize(
    "changes",
    [
        {"instance_type": "ml.m5.xlarge"},
        {"fleet": replace(FLEET, instance_type="ml.m5.xlarge", instance_count=9, capture_percent=50)},
        {"container": replace(CONTAINER, data_hash="")},
        {"customers": replace(batch().customers, source="s3://elsewhere/list.csv")},
    ],
)
def test_how_and_from_where_it_is_scored_makes_no_other_job(changes: dict[str, Any]) -> None:
    assert batch(**changes).job(1).name == batch().job(1).name


def test_an_attempt_has_a_name_and_a_folder_of_its_own() -> None:
    first, second = batch().job(1), batch().job(2)
    assert (first.name[:-1], first.name[-2:], second.name[-2:]) == (second.name[:-1], "-1", "-2")
    assert first.folder == f"s3://artifacts/shop/batch/{first.name}"
    assert first.output_uri == f"{first.folder}/output/requests.jsonl.out"
    assert first.manifest_uri == f"{first.folder}/output/manifest.json"


def test_nothing_else_of_the_folder_begins_with_the_address_of_the_requests() -> None:
    job = batch().job(1)
    others = (job.list_uri, job.output_uri, job.manifest_uri)
    assert not any(uri.startswith(job.requests_uri) for uri in others)


def test_names_that_sagemaker_would_refuse_are_told_beforehand() -> None:
    assert batch().too_long == ""
    assert "may have 63" in batch(endpoint_name="s" * 45).too_long


def test_the_model_is_what_a_release_of_the_version_would_serve_under_another_name() -> None:
    ours, theirs = model(batch()), released_model(release())
    assert ours["ModelName"] != theirs["ModelName"]
    assert {**ours, "ModelName": "", "Tags": []} == {**theirs, "ModelName": "", "Tags": []}


def test_the_sweep_knows_what_a_batch_makes_with_and_without_its_tags() -> None:
    made = model(batch())
    tags = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    for owned in (tags, {}):
        assert Ownership("dev", ["shop"]).owns(Thing("Model", made["ModelName"], owned))
    assert not Ownership("prod", ["shop"]).owns(Thing("Model", made["ModelName"], tags))


def test_volume_and_answers_are_encrypted_with_the_environments_key() -> None:
    asked = transform_job(batch(), batch().job(1))
    assert asked["TransformResources"]["VolumeKmsKeyId"] == asked["TransformOutput"]["KmsKeyId"] == FLEET.kms_key_arn


def test_disks_that_encrypt_themselves_get_no_key() -> None:
    asked = transform_job(batch(instance_type="ml.g5.xlarge"), batch().job(1))
    assert asked["TransformResources"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}


def test_each_line_is_one_request_and_one_answer() -> None:
    asked = transform_job(batch(), batch().job(1))
    assert (asked["BatchStrategy"], asked["TransformInput"]["SplitType"]) == ("SingleRecord", "Line")
    assert asked["TransformOutput"]["AssembleWith"] == "Line"


def test_tags_that_would_be_empty_are_left_out() -> None:
    unknown = batch(container=replace(CONTAINER, data_hash=""))
    assert "data-hash" not in {tag["Key"] for tag in transform_job(unknown, unknown.job(1))["Tags"]}


def test_sagemakers_own_description_of_its_api_accepts_the_requests() -> None:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    shapes = client.meta.service_model
    for operation, asked in (
        ("CreateModel", model(batch())),
        ("CreateTransformJob", transform_job(batch(), batch().job(1))),
    ):
        report = ParamValidator().validate(asked, shapes.operation_model(operation).input_shape)
        assert not report.has_errors(), report.generate_report()
