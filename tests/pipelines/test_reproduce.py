"""A registered model made again by the real command on a local cloud, and differences planted into its record."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.rendering import RenderedPipeline
from tests.pipelines.local_platform import ORDERS, Platform, deployed_platform
from trainyard.registry import ModelVersion, find_version

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, rendered: RenderedPipeline) -> Iterator[Platform]:
    with deployed_platform(tmp_path_factory.mktemp("cloud"), rendered) as made:
        made.publish()
        yield made


@pytest.fixture(scope="module")
def version(platform: Platform) -> ModelVersion:
    assert platform.run(max_depth="5").model_package_arn
    return find_version("recommender-dev", 1, platform.account.clients.sagemaker)


def rewrite(platform: Platform, version: ModelVersion, name: str, old: str, new: str) -> str:
    """Plant another value into a file of the run, and return what was there."""
    place = {"Bucket": "dev-artifacts", "Key": f"recommender/runs/{version.metadata['run']}/{name}"}
    s3 = platform.account.clients.s3
    text = s3.get_object(**place)["Body"].read().decode()
    assert old in text
    s3.put_object(**place, Body=text.replace(old, new).encode())
    return text


def registered(platform: Platform) -> list[int]:
    listed = platform.account.clients.sagemaker.list_model_packages(ModelPackageGroupName="recommender-dev")
    return [one["ModelPackageVersion"] for one in listed["ModelPackageSummaryList"]]


def test_a_version_is_made_again_byte_for_byte_and_nothing_is_registered(
    platform: Platform, version: ModelVersion
) -> None:
    done = platform.trainyard("model", "reproduce", "recommender", "1")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert (told["verdict"], told["archive_sha256"]) == ("identical", version.metadata["archive_sha256"])
    assert registered(platform) == [1]
    assert told["by"].startswith("arn:aws:")
    kept = told["kept"].removeprefix("s3://dev-artifacts/")
    assert kept.startswith(f"recommender/runs/{version.metadata['run']}/reproductions/")

    again = platform.trainyard("model", "reproduce", "recommender", "1", "--execution", told["execution"])
    assert json.loads(again.stdout)["run"] == told["run"]


def test_data_that_were_overwritten_stop_it_before_training(platform: Platform, version: ModelVersion) -> None:
    s3 = platform.account.clients.s3
    s3.put_object(Bucket="dev-raw", Key=ORDERS, Body=b"other")
    try:
        done = platform.trainyard("model", "reproduce", "recommender", "1")
    finally:
        s3.put_object(Bucket="dev-raw", Key=ORDERS, Body=b"clean")
    assert done.returncode == 1
    assert f"recorded is {version.metadata['data_hash']}" in " ".join(done.stderr.split())
    told = json.loads(done.stdout)
    assert (told["verdict"], told["archive_sha256"]) == ("different", "")
    sagemaker = platform.account.clients.sagemaker
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=told["execution"])["PipelineExecutionSteps"]
    assert "Train" not in [step["StepName"] for step in steps]


def test_another_hyperparameter_is_found_and_named(platform: Platform, version: ModelVersion) -> None:
    before = rewrite(platform, version, "run.json", '"MaxDepth": "5"', '"MaxDepth": "6"')
    try:
        done = platform.trainyard("model", "reproduce", "recommender", "1")
    finally:
        rewrite(platform, version, "run.json", '"MaxDepth": "6"', '"MaxDepth": "5"')
    assert '"MaxDepth": "5"' in before
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["verdict"] == "different"
    assert told["comparison"]["files"] == ["model.json"]
    assert "hyperparameters.max_depth was '5', and is '6'" in told["comparison"]["reasons"]


def test_a_definition_that_is_not_the_recorded_one_is_not_run(platform: Platform, version: ModelVersion) -> None:
    text = rewrite(platform, version, "definition.json", "recommender", "intruder")
    try:
        done = platform.trainyard("model", "reproduce", "recommender", "1")
    finally:
        place = f"recommender/runs/{version.metadata['run']}/definition.json"
        platform.account.clients.s3.put_object(Bucket="dev-artifacts", Key=place, Body=text.encode())
    assert done.returncode == 2
    assert "has no usable record of how it was made" in " ".join(done.stderr.split())


def test_an_archive_that_is_not_the_registered_one_is_refused(platform: Platform, version: ModelVersion) -> None:
    bucket, _, key = version.model_data_url.removeprefix("s3://").partition("/")
    s3 = platform.account.clients.s3
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=b"another model")
    try:
        done = platform.trainyard("model", "reproduce", "recommender", "1")
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=content)
    assert done.returncode == 1
    assert f"recorded is {version.metadata['archive_sha256']}" in " ".join(done.stderr.split())
