"""Versions of data with the real DVC and the real git, against a bucket."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from moto.server import ThreadedMotoServer

from pipelines.orders import orders_prefix
from stacks.outputs import PlatformOutputs, platform_parameter, service_parameter
from tests.pipelines import contract
from trainyard.ci import data_change, snapshots
from trainyard.ci.pointer_branch import PointerBranch
from trainyard.data import versions
from trainyard.data.versions import dvc
from trainyard.data.versions.describing import orders_of
from trainyard.data.versions.pointer import read_pointer
from trainyard.environment import Environment
from trainyard.errors import TrainyardError, UsageError

ROOT = Path(__file__).parents[3]
PLATFORM: PlatformOutputs = contract.platform()
SERVICE = contract.service()


def orders(count: int, price: float = 1.5) -> pa.Table:
    return pa.table(
        {
            "invoice_no": [str(number) for number in range(count)],
            "stock_code": ["10001"] * count,
            "description": ["RED MUG"] * count,
            "quantity": [1] * count,
            "invoice_date": [datetime(2024, 1 + number // 10, 1 + number % 10) for number in range(count)],
            "unit_price": [price] * count,
            "customer_id": [number % 7 for number in range(count)],
            "country": ["France"] * count,
        }
    )


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def shop(cloud: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[versions.DvcProject, list[str], Any]]:
    """A repository with two committed versions: 20 order lines, then 30."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("ENDPOINT_URL", cloud), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
            patch.setenv(f"AWS_{name}", value)
        patch.setenv("AWS_DEFAULT_REGION", contract.REGION)
        s3 = boto3.client("s3")
        for bucket in (PLATFORM.buckets.raw, PLATFORM.buckets.features):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": contract.REGION})
        root = tmp_path_factory.mktemp("checkout")
        git(root, "init", "--quiet")
        (root / "requirements").mkdir()
        shutil.copy(ROOT / dvc.LOCK, root / dvc.LOCK)
        project = versions.DvcProject.of(root, print)
        project.use_remote(f"s3://{PLATFORM.buckets.features}/dvc")
        hashes = [snapshot(project, s3, count) for count in (20, 30)]
        yield project, hashes, s3


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=bot", "-c", "user.email=bot@example.com")
    return subprocess.run(("git", "-C", root, *who, *arguments), check=True, capture_output=True, text=True).stdout


def snapshot(project: versions.DvcProject, s3: Any, count: int) -> str:
    path = project.root / "export.parquet"
    parquet.write_table(orders(count), path)
    platform = PLATFORM.model_copy(update={"account": "123456789012"})  # of moto's server
    s3.upload_file(str(path), PLATFORM.buckets.raw, f"{orders_prefix('recommender')}2024-03-{count}-x/orders.parquet")
    origin = versions.fetch_newest(platform, SERVICE, project.root / "data/recommender/orders", s3)
    pointer = versions.track(project, "recommender", origin)
    git(project.root, "add", "data", ".dvc")
    git(project.root, "commit", "--quiet", "-m", f"Data of {count} lines")
    assert pointer.data_hash == versions.hash_of_files([path])
    return pointer.data_hash


def test_git_tells_the_versions_by_the_hash_that_every_record_carries(shop: Any) -> None:
    project, hashes, _ = shop
    found = versions.log(project.root, "recommender")
    assert [version.pointer.data_hash for version in found] == hashes[::-1]
    assert [version.pointer.rows for version in found] == [30, 20]


def test_the_pointer_is_committed_and_the_data_is_not(shop: Any) -> None:
    project, _, _ = shop
    assert git(project.root, "ls-files", "data").split() == [
        "data/recommender/.gitignore",
        "data/recommender/orders.dvc",
    ]


def test_a_version_comes_back_by_its_hash_or_revision_without_a_cache(shop: Any) -> None:
    project, hashes, _ = shop
    for asked, expected in ((hashes[0][:12], hashes[0]), ("HEAD", hashes[1])):
        shutil.rmtree(project.root / ".dvc" / "cache")
        folder = versions.bring(project, "recommender", versions.find(project.root, "recommender", asked))
        assert versions.describe(folder, "").data_hash == expected
    assert git(project.root, "status", "--porcelain", "data") == ""


def test_looking_at_a_version_leaves_the_checkout_as_it_is(shop: Any) -> None:
    project, hashes, _ = shop
    with versions.fetch(project, versions.find(project.root, "recommender", hashes[0])) as folder:
        assert orders_of(folder).num_rows == 20
    assert orders_of(project.root / "data/recommender/orders").num_rows == 30
    assert git(project.root, "status", "--porcelain", "data") == ""


def test_the_same_snapshot_gives_the_same_pointer(shop: Any) -> None:
    project, _, _ = shop
    pointer = versions.read_pointer((project.root / versions.pointer_path("recommender")).read_text(), "")
    versions.track(project, "recommender", pointer.origin)
    assert git(project.root, "status", "--porcelain", "data") == ""


def test_data_that_cannot_be_sent_gets_no_pointer(shop: Any) -> None:
    project, _, _ = shop
    extra = project.root / "data/recommender/orders/more.parquet"
    parquet.write_table(orders(5), extra)
    project.use_remote("s3://nobodys-bucket/dvc")
    try:
        with pytest.raises(TrainyardError, match="dvc push failed"):
            versions.track(project, "recommender", "elsewhere")
    finally:
        project.use_remote(f"s3://{PLATFORM.buckets.features}/dvc")
        extra.unlink()
    assert git(project.root, "status", "--porcelain", "data") == ""


def test_what_names_no_version_is_refused(shop: Any) -> None:
    project, _, _ = shop
    with pytest.raises(UsageError, match="0123456789 names no version of the orders of recommender"):
        versions.find(project.root, "recommender", "0123456789")


def test_a_comparison_counts_months_customers_and_changed_columns() -> None:
    compared = versions.compare(orders(20), orders(30, price=2.0))
    assert compared.rows == (20, 30)
    assert compared.months == (("2024-03", 0, 10),)
    assert compared.days == ("2024-01-01 to 2024-02-10", "2024-01-01 to 2024-03-10")
    assert (compared.new_customers, compared.gone_customers) == (0, 0)
    assert compared.columns == ("unit_price",)


def test_the_nightly_job_takes_every_services_newest_snapshot_and_tells_which_has_none(shop: Any) -> None:
    project, hashes, s3 = shop
    ssm, said = boto3.client("ssm"), list[str]()
    platform = PLATFORM.model_copy(update={"account": "123456789012", "services": ["recommender", "ranker"]})
    ssm.put_parameter(Name=platform_parameter("dev"), Value=platform.model_dump_json(), Type="String")
    for service in (SERVICE, SERVICE.model_copy(update={"name": "ranker"})):
        name = service_parameter("dev", service.name)
        ssm.put_parameter(Name=name, Value=service.model_dump_json(), Type="String", Tier="Advanced")
    taken = snapshots.take(Environment.load("dev", ssm), project, s3, said.append)
    assert {service: pointer.data_hash for service, pointer in taken.items()} == {"recommender": hashes[-1]}
    assert said == ["ranker: No orders of ranker have been imported"]
    branch = PointerBranch(root=project.root, name="data/dev", environ={})
    committed = read_pointer(branch.text_at_head("data/recommender/orders.dvc") or "", "HEAD")
    assert data_change.changes({"recommender": committed}, taken) == []
