"""Runs that AWS has no instances for, started by the real command on a local cloud that lacks them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.sagemaker.jobs.capacity import set_capacity
from pipelines.rendering import RenderedPipeline
from tests.pipelines.local_platform import ORDERS, Platform, deployed_platform, falling_back
from trainyard.lineage import Sources, lineage
from trainyard.registry import find_version

pytestmark = pytest.mark.e2e

FIRST, SECOND, THIRD = "ml.m6i.xlarge", "ml.m5.xlarge", "ml.m5.2xlarge"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, rendered: RenderedPipeline) -> Iterator[Platform]:
    falling = falling_back(rendered, SECOND, THIRD)
    with deployed_platform(tmp_path_factory.mktemp("cloud"), falling, speed=1000) as made:
        made.publish()
        made.account.clients.s3.put_object(Bucket="dev-raw", Key=ORDERS, Body=b"clean")
        yield made


def there_are(platform: Platform, **instances: int) -> None:
    for instance_type, count in zip((FIRST, SECOND, THIRD), instances.values(), strict=True):
        set_capacity(platform.aws.cloud, platform.aws.scope, instance_type, count)


def executions(platform: Platform, run: str) -> list[str]:
    sagemaker = platform.account.clients.sagemaker
    listed = sagemaker.list_pipeline_executions(PipelineName="recommender-dev", SortOrder="Ascending")
    found = listed["PipelineExecutionSummaries"]
    return [one["PipelineExecutionArn"] for one in found if one["PipelineExecutionDisplayName"] == run]


def test_a_run_goes_on_with_the_next_type_says_so_and_its_model_tells_and_can_be_made_again(
    platform: Platform,
) -> None:
    there_are(platform, first=0, second=5, third=5)
    done = platform.trainyard("pipeline", "run", "recommender", "--latest")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert f"No capacity for {FIRST}: run {told['run']} goes on with {SECOND}" in done.stderr
    assert {step["status"] for step in told["steps"]} == {"Succeeded"}
    assert {step["name"] for step in told["steps"]} >= {"Ingest", "Features", "Train", "Register"}

    first, second = executions(platform, told["run"])
    assert told["execution_arn"] == second
    sagemaker = platform.account.clients.sagemaker
    jobs = sagemaker.list_processing_jobs(MaxResults=100)["ProcessingJobSummaries"]
    assert sorted(job["ProcessingJobName"].split("-")[2] for job in jobs) == [
        "Evaluate", "Features", "Gate", "Ingest", "Validate",
    ]  # fmt: skip

    version = find_version("recommender-dev", told["version"], sagemaker)
    assert (version.metadata["instance_type"], version.metadata["lacking_instance_types"]) == (SECOND, FIRST)
    machine = lineage(Sources(version=version, required=1)).machine
    assert (machine["instance type"], machine["no capacity of"]) == (SECOND, FIRST)

    again = platform.trainyard("model", "reproduce", "recommender", str(told["version"]))
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["verdict"] == "identical"

    late = platform.trainyard("pipeline", "follow", first)
    assert json.loads(late.stdout)["execution_arn"] == second
    assert executions(platform, told["run"]) == [first, second]


def test_where_there_is_no_capacity_at_all_the_run_fails_and_names_every_type(platform: Platform) -> None:
    there_are(platform, first=0, second=0, third=0)
    done = platform.trainyard("pipeline", "run", "recommender", "--latest")
    assert done.returncode == 1
    assert f"There was no capacity for {FIRST}, {SECOND}, {THIRD}" in " ".join(done.stderr.split())
    told = json.loads(done.stdout)
    assert (told["outcome"], told["failed_step"]) == ("failed", "Train")
    assert len(executions(platform, told["run"])) == 3
