import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines import run_record
from pipelines.deployment import deploy
from pipelines.errors import RunRefused
from pipelines.launch import RunRequest, StartedRun, start
from pipelines.rendering import RenderedPipeline
from pipelines.run_layout import RunLayout
from tests.pipelines import contract
from tests.pipelines.account import Account

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
REQUEST = RunRequest(dials={}, commit="abc")


def started(account: Account, request: RunRequest = REQUEST) -> StartedRun:
    return start(request, contract.platform(), contract.service(), clients=account.clients, now=NOW)


def parameters(account: Account, run: StartedRun) -> dict[str, str]:
    listed = account.clients.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=run.execution_arn)
    return {one["Name"]: one["Value"] for one in listed["PipelineParameters"]}


@pytest.fixture
def ready(account: Account) -> Account:
    deploy(
        RenderedPipeline('{"Parameters":[],"Steps":[],"Version":"2020-12-01"}'),
        contract.platform(),
        contract.service(),
        sagemaker=account.clients.sagemaker,
        s3=account.clients.s3,
    )
    account.put_orders("2011-08-31", "aaa")
    account.push_image("training-1")
    account.push_image("serving-1")
    return account


def test_a_run_is_started_with_everything_pinned(ready: Account) -> None:
    image, serving = ready.push_image("slow"), ready.push_image("serving-2")
    run = started(ready, replace(REQUEST, image="slow", dials={"max_depth": "4"}))
    given = parameters(ready, run)
    assert run.run.startswith("20260301t123005-")
    assert given["Run"] == run.run
    assert given["OrdersUri"] == "s3://dev-raw/recommender/orders/2011-08-31-aaa/orders.parquet"
    assert (given["ImageUri"], given["ServingImageUri"]) == (image, serving) == (run.image, run.serving_image)
    assert "@sha256:" in image
    assert (given["CodeCommit"], given["MaxDepth"]) == ("abc", "4")
    assert given["ChampionUri"] == f"s3://dev-artifacts/recommender/runs/{run.run}/champion"


def test_before_the_first_release_there_is_no_champion(ready: Account) -> None:
    run = started(ready)
    uri = parameters(ready, run)["ChampionUri"]
    assert run.champion is None
    assert json.loads(ready.object(f"{uri}/champion.json")) == {"version": None}
    assert not [key for key in ready.objects("dev-artifacts") if key.endswith("model.tar.gz")]


def test_the_live_models_archive_travels_with_the_run(ready: Account) -> None:
    ready.make_live(b"the champion")
    uri = parameters(ready, started(ready))["ChampionUri"]
    assert json.loads(ready.object(f"{uri}/champion.json")) == {"version": "1"}
    assert ready.object(f"{uri}/model.tar.gz") == b"the champion"


def test_a_run_is_given_the_record_of_the_newest_generation_and_keeps_a_copy(ready: Account) -> None:
    uri = parameters(ready, started(ready))["AcceptedUri"]
    assert json.loads(ready.object(f"{uri}/accepted.json")) == {"schema": 1, "generation": 0}
    for name in ("00000002-2024-06-27-b", "00000010-2024-06-28-a", "00000010-2024-06-29-0"):
        ready.clients.s3.put_object(
            Bucket="dev-artifacts", Key=f"recommender/validation/{name}.json", Body=name.encode()
        )
    run = started(ready)
    uri = parameters(ready, run)["AcceptedUri"]
    assert uri == f"s3://dev-artifacts/recommender/runs/{run.run}/accepted"
    assert ready.object(f"{uri}/accepted.json") == b"00000010-2024-06-29-0"


def test_the_latest_orders_are_those_with_the_latest_last_order(ready: Account) -> None:
    latest = ready.put_orders("2011-09-30", "bbb")
    ready.put_orders("2011-03-31", "ccc")
    assert started(ready).orders == latest


def test_orders_that_were_asked_for_are_used(ready: Account) -> None:
    asked = ready.put_orders("2011-03-31", "ccc")
    assert started(ready, replace(REQUEST, orders=asked)).orders == asked


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dials": {"depth": "4"}}, "There is no dial 'depth' to set"),
        ({"orders": "s3://dev-raw/nothing"}, "There are no orders at s3://dev-raw/nothing"),
        ({"orders": "s3://no-such-bucket/orders"}, "There are no orders at s3://no-such-bucket/orders"),
        ({"orders": "orders.parquet"}, "must be named by an S3 address, not 'orders.parquet'"),
        ({"image": "nothing"}, "There is no image 'nothing' of recommender"),
        ({"image": "elsewhere.example/shop:1"}, "is not in the service's own repository"),
        ({"serving_image": "nothing"}, "There is no image 'nothing' of recommender"),
        ({"serving_image": "elsewhere.example/shop:1"}, "is not in the service's own repository"),
    ],
)
def test_a_run_that_cannot_work_is_refused_before_anything_is_changed(
    ready: Account, change: dict[str, object], message: str
) -> None:
    before = ready.objects("dev-artifacts")
    with pytest.raises(RunRefused) as refused:
        started(ready, replace(REQUEST, **change))
    assert message in refused.value.what
    assert refused.value.cure
    assert ready.objects("dev-artifacts") == before
    listed = ready.clients.sagemaker.list_pipeline_executions(PipelineName="recommender-dev")
    assert listed["PipelineExecutionSummaries"] == []


def test_a_run_before_the_first_deploy_is_refused(account: Account) -> None:
    with pytest.raises(RunRefused, match="The pipeline recommender-dev has not been deployed"):
        started(account)


def test_a_run_before_the_first_import_is_refused(ready: Account) -> None:
    for key in ready.objects("dev-raw"):
        ready.clients.s3.delete_object(Bucket="dev-raw", Key=key)
    with pytest.raises(RunRefused, match="No orders of recommender have been imported"):
        started(ready)


@pytest.mark.parametrize("kind", ["training", "serving"])
def test_a_run_before_the_first_push_is_refused(ready: Account, kind: str) -> None:
    ready.push_image("slow")
    tag = {"imageTag": f"{kind}-1"}
    ready.clients.ecr.batch_delete_image(repositoryName="trainyard/recommender", imageIds=[tag])
    with pytest.raises(RunRefused, match=f"No {kind} image of recommender has been pushed") as refused:
        started(ready)
    assert refused.value.cure == "Run `trainyard image push recommender`"


def test_a_serving_image_that_was_asked_for_is_registered_and_runs_no_job(ready: Account) -> None:
    slow = ready.push_image("slow")
    run = started(ready, replace(REQUEST, serving_image="slow"))
    given = parameters(ready, run)
    assert given["ServingImageUri"] == slow
    assert given["ImageUri"] != slow


def test_training_on_a_gpu_takes_the_image_for_gpus(ready: Account) -> None:
    gpu = ready.push_image("training-gpu-1")
    ready.push_image("training-2")
    service = contract.service(instance_type="ml.g5.xlarge")
    run = start(REQUEST, contract.platform(), service, clients=ready.clients, now=NOW)
    assert run.image == gpu


def test_a_run_leaves_a_record_from_which_it_can_be_started_again(ready: Account) -> None:
    run = started(ready, replace(REQUEST, dials={"max_depth": "4"}, started_by="arn:aws:iam::000000000001:user/ada"))
    layout = RunLayout(bucket="dev-artifacts", service="recommender", run=run.run)
    found = run_record.read(layout, contract.ACCOUNT, ready.clients.s3)
    assert found is not None
    record, definition = found
    assert json.loads(definition) == {"Parameters": [], "Steps": [], "Version": "2020-12-01"}
    assert record.parameters == parameters(ready, run)
    assert (record.started_by, record.started_at) == ("arn:aws:iam::000000000001:user/ada", NOW.isoformat())
    assert record.parameters["StartedBy"] == record.started_by


def test_a_record_whose_definition_was_changed_is_none(ready: Account) -> None:
    run = started(ready)
    layout = RunLayout(bucket="dev-artifacts", service="recommender", run=run.run)
    ready.clients.s3.put_object(Bucket="dev-artifacts", Key=layout.key("definition.json"), Body=b"{}")
    assert run_record.read(layout, contract.ACCOUNT, ready.clients.s3) is None


def test_a_run_without_a_record_has_none(ready: Account) -> None:
    layout = RunLayout(bucket="dev-artifacts", service="recommender", run="before-records")
    assert run_record.read(layout, contract.ACCOUNT, ready.clients.s3) is None
