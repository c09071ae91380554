"""Batch scoring against a local cloud whose transform jobs run a real container."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.shop.environment import TABLE, Shop
from tests.unit.release.control_plane import Faults, Faulty, Killed
from trainyard.batch.customers import parse_customers
from trainyard.batch.ledger import Ledger
from trainyard.batch.prepare import prepare
from trainyard.batch.start import Clients, Started, start
from trainyard.cli import batch
from trainyard.environment import Environment
from trainyard.errors import TrainyardError, UsageError
from trainyard.release.table import DeploymentTable

pytestmark = pytest.mark.e2e

IDS = range(17850, 18100)
HOME = "s3://shop-artifacts/shop/batch"


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    return written(tmp_path / "customers.csv", IDS)


def written(path: Path, ids: Sequence[int]) -> Path:
    path.write_text("customer_id\n" + "".join(f"{one}\n" for one in ids))
    return path


def scored(shop: Shop, customers: Path, *arguments: str) -> dict[str, Any]:
    result = shop.call(
        batch.app, "start", "shop", "--input", str(customers), "--json", "--poll-seconds", "0.2", *arguments
    )
    return json.loads(result.stdout)


def read(shop: Shop, url: str) -> bytes:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return shop.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def made(shop: Shop) -> dict[str, list[str]]:
    listed = shop.client("s3").list_objects_v2(Bucket="shop-artifacts").get("Contents", [])
    return {
        "jobs": [one["TransformJobName"] for one in shop.sagemaker.list_transform_jobs()["TransformJobSummaries"]],
        "models": [one["ModelName"] for one in shop.sagemaker.list_models()["Models"] if "batch" in one["ModelName"]],
        "objects": [one["Key"].rpartition("/")[2] for one in listed],
        "records": [one.name for one in Ledger(shop.dynamodb, TABLE).newest("shop", 100)],
    }


def test_every_customer_is_scored_once_in_order_and_the_file_is_traced_back(shop: Shop, customers: Path) -> None:
    shop.register({"data_hash": "da7a"}, DATA_HASH="da7a")
    done = scored(shop, customers, "--model-version", "1", "--k", "3")
    content = read(shop, done["output_uri"])
    answers = [json.loads(line) for line in content.splitlines()]
    rows = [row for answer in answers for row in answer["recommendations"]]
    assert [row["customer_id"] for row in rows] == list(IDS)
    assert {len(row["products"]) for row in rows} == {3}
    assert (len(answers), {answer["model_version"] for answer in answers}) == (3, {"1"})
    assert done["output_sha256"] == hashlib.sha256(content).hexdigest()
    assert done["input_sha256"] == hashlib.sha256(customers.read_bytes()).hexdigest()
    assert read(shop, done["input_uri"]) == customers.read_bytes()
    manifest = json.loads(read(shop, done["manifest_uri"]))
    assert manifest.items() <= done.items()
    package = shop.sagemaker.list_model_packages(ModelPackageGroupName="shop-dev")["ModelPackageSummaryList"][0]
    job = shop.sagemaker.describe_transform_job(TransformJobName=done["name"])
    assert manifest["model_package_arn"] == package["ModelPackageArn"]
    assert (manifest["job_arn"], manifest["data_hash"]) == (job["TransformJobArn"], "da7a")
    tags = {one["Key"]: one["Value"] for one in shop.sagemaker.list_tags(ResourceArn=job["TransformJobArn"])["Tags"]}
    assert tags == {
        "managed-by": "trainyard-batch",
        "environment": "dev",
        "service": "shop",
        "model-package": package["ModelPackageArn"],
        "data-hash": "da7a",
        "input-sha256": done["input_sha256"],
    }
    assert shop.cloudwatch.list_metrics(Namespace="AWS/SageMaker", MetricName="Invocations")["Metrics"] == []
    assert json.loads(shop.call(batch.app, "show", done["name"], "--json").output) == done
    assert json.loads(shop.call(batch.app, "list", "shop", "--json").output) == [done]


def test_starting_again_finds_the_job_and_another_list_or_number_has_another(shop: Shop, customers: Path) -> None:
    shop.register()
    version = ("--model-version", "1")
    first = scored(shop, customers, *version)
    before = made(shop)
    assert scored(shop, customers, *version) == first
    assert made(shop) == before
    names = {
        first["name"],
        scored(shop, customers, *version, "--k", "4")["name"],
        scored(shop, customers, *version, "--output", f"{HOME}/monday")["name"],
        scored(shop, written(customers, IDS[:5]), *version)["name"],
    }
    assert len(names) == 4
    assert len(made(shop)["models"]) == 1


def test_a_version_that_lacks_its_approvals_scores_nobody_until_it_has_them(shop: Shop, customers: Path) -> None:
    shop.register()
    asks_for_one(shop)
    with pytest.raises(UsageError, match="is not approved and dev asks for it; run `trainyard model approve shop 1`"):
        scored(shop, customers, "--model-version", "1")
    assert made(shop) == {"jobs": [], "models": [], "objects": [], "records": []}
    approve(shop)
    assert scored(shop, customers, "--model-version", "1")["status"] == "Completed"


def test_what_is_live_scores_without_an_approval_and_the_model_of_the_first_day_never(
    shop: Shop, customers: Path
) -> None:
    with pytest.raises(UsageError, match="no version of the registry"):
        scored(shop, customers)
    assert made(shop)["jobs"] == []
    shop.start("--model-version", str(shop.register()))
    asks_for_one(shop)
    done = scored(shop, customers)
    assert (done["version"], done["status"]) == ("1", "Completed")
    assert scored(shop, customers, "--model-version", "1") == done


def test_a_list_that_is_wrong_is_refused_before_anything_is_made(shop: Shop, customers: Path) -> None:
    shop.register()
    customers.write_text("customer_id\n1\n1\n")
    with pytest.raises(UsageError, match="row 3 repeats customer 1 of row 2") as refused:
        scored(shop, customers, "--model-version", "1")
    assert refused.value.exit_code == 2
    with pytest.raises(UsageError, match="S3 answers NoSuchKey"):
        shop.call(batch.app, "start", "shop", "--model-version", "1", "--input", "s3://shop-artifacts/none.csv")
    with pytest.raises(UsageError, match="There is no batch 'shop-dev-batch-1-0123456789-1' in dev"):
        shop.call(batch.app, "show", "shop-dev-batch-1-0123456789-1")
    assert made(shop) == {"jobs": [], "models": [], "objects": [], "records": []}


def test_a_list_in_s3_is_scored_detached_and_checked_by_the_next_start(shop: Shop, customers: Path) -> None:
    shop.register()
    uri = "s3://shop-artifacts/lists/customers.csv"
    shop.client("s3").put_object(Bucket="shop-artifacts", Key="lists/customers.csv", Body=customers.read_bytes())
    result = shop.call(batch.app, "start", "shop", "--model-version", "1", "--input", uri, "--detach", "--json")
    left = json.loads(result.stdout)
    assert (left["input"], left["output_sha256"]) == (uri, "")
    result = shop.call(batch.app, "start", "shop", "--model-version", "1", "--input", uri, "--poll-seconds", "0.2")
    assert f"Batch {left['name']} was started before, at {left['started']}" in result.stderr
    assert "Scored: 250 customers by version 1" in result.stdout


def test_a_failed_job_names_its_reason_and_starting_again_makes_the_next_attempt(shop: Shop, customers: Path) -> None:
    shop.register(REFUSE_TO_START="1")
    for attempt in (1, 2):
        with pytest.raises(TrainyardError, match="The batch failed: AlgorithmError"):
            scored(shop, customers, "--model-version", "1")
        assert [name[-2:] for name in made(shop)["records"]] == [f"-{number}" for number in range(attempt, 0, -1)]


def test_answers_that_are_not_what_was_asked_for_are_refused_and_stay_unchecked(shop: Shop, customers: Path) -> None:
    shop.register(BROKEN="1")
    with pytest.raises(TrainyardError, match=r"line 1 is wrong: customer 17850: 10 distinct products expected"):
        scored(shop, customers, "--model-version", "1")
    (left,) = json.loads(shop.call(batch.app, "list", "shop", "--json").output)
    assert (left["status"], left["output_sha256"]) == ("Completed", "")


def test_a_start_that_is_killed_anywhere_is_made_good_by_the_next(shop: Shop, tmp_path: Path) -> None:
    shop.register()
    for at in count():
        customers = written(tmp_path / f"{at}.csv", [at])
        faults = Faults(kind="killed after", at=at)
        try:
            started(shop, customers, faults)
        except Killed:
            assert not started(shop, customers, Faults()).already or faults.last == "create_transform_job"
        done = scored(shop, customers, "--model-version", "1")
        assert (done["status"], done["attempt"]) == ("Completed", 1)
        assert json.loads(read(shop, done["manifest_uri"]))["output_sha256"] == done["output_sha256"]
        if not faults.last:
            break
    assert at > 6, "the calls were not made through the faulty clients"
    assert len(made(shop)["jobs"]) == at + 1


def started(shop: Shop, customers: Path, faults: Faults) -> Started:
    environment = Environment.load("dev", shop.ssm)
    plan = prepare(
        environment.platform,
        environment.service("shop"),
        parse_customers(customers.read_bytes(), str(customers)),
        version="1",
        k=10,
        output=None,
        sagemaker=shop.sagemaker,
        table=DeploymentTable(shop.dynamodb, TABLE),
    )
    clients = Clients(
        sagemaker=Faulty(shop.sagemaker, faults),
        s3=Faulty(shop.client("s3"), faults),
        ledger=Ledger(Faulty(shop.dynamodb, faults), TABLE),
    )
    prefix = f"arn:aws:sagemaker:{shop.region}:{shop.account}:transform-job/"
    return start(plan, clients, arn_prefix=prefix, at=datetime.now(UTC), by="arn:aws:iam::000000000001:user/ada")


def asks_for_one(shop: Shop) -> None:
    environment = Environment.load("dev", shop.ssm)
    service = environment.service("shop").model_copy(update={"approvals_required": 1})
    shop.ssm.put_parameter(
        Name="/trainyard/dev/services/shop", Value=service.model_dump_json(), Type="String", Overwrite=True
    )


def approve(shop: Shop) -> None:
    (package,) = shop.sagemaker.list_model_packages(ModelPackageGroupName="shop-dev")["ModelPackageSummaryList"]
    values = {
        "service": "approval#shop",
        "release_id": "1#ada",
        "approved_by": "Ada",
        "person": "ada",
        "reason": "good",
        "at": datetime.now(UTC).isoformat(),
        "model_package_arn": package["ModelPackageArn"],
    }
    shop.dynamodb.put_item(TableName=TABLE, Item={name: {"S": value} for name, value in values.items()})
