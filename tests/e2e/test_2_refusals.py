"""Wrong input gets one clear paragraph and exit code 2, and changes nothing."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

pytestmark = pytest.mark.e2e


def refused(done, *words: str) -> None:
    assert done.returncode == 2, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    assert "Traceback" not in done.stderr
    text = " ".join(done.stderr.split())
    for word in words:
        assert word in text, text


def edited(house, path: str, value: object):
    """Return what `up` says of the stack file with one key set, and put the file back."""
    file = house.path / "Pulumi.dev.yaml"
    before = file.read_text()
    content = yaml.safe_load(before)
    node = content["config"]
    *parents, last = path.split("/")
    for key in parents:
        node = node[key]
    node[last] = value
    try:
        file.write_text(yaml.safe_dump(content))
        return house.run("trainyard", "up", "--yes")
    finally:
        file.write_text(before)


def test_an_unknown_setting_is_named_with_the_nearest(house):
    refused(edited(house, "trainyard:network/zonse", ["a"]), "trainyard:network.zonse", "zones", "Pulumi.dev.yaml")


def test_a_wrong_type_is_named_with_what_is_allowed(house):
    refused(
        edited(house, "trainyard:retention/capture_days", "many"),
        "trainyard:retention.capture_days",
        "'many'",
        "Pulumi.dev.yaml",
    )


def test_another_account_is_refused(house):
    other = house.target("staging")
    keys = {key: other[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    refused(house.run("trainyard", "up", "--yes", **keys), "000000000002", "000000000001")


def test_another_region_is_refused(house):
    refused(house.run("trainyard", "up", "--yes", AWS_REGION="us-east-1"), "us-east-1", "eu-west-1")


def test_plain_pulumi_refuses_another_account_too(house):
    other = house.target("staging")
    keys = {key: other[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    done = house.run("pulumi", "preview", "--stack", "dev", **keys)
    assert done.returncode != 0
    assert "000000000002" in done.stdout + done.stderr


ORDERS = {
    "invoice_no": ["1", "2"],
    "stock_code": ["10001", "10002"],
    "description": ["A", "B"],
    "quantity": [1, 2],
    "invoice_date": ["2011-01-01T10:00:00", "2011-01-02T10:00:00"],
    "unit_price": [1.0, 2.0],
    "customer_id": [1, 2],
    "country": ["France", "France"],
}


def parquet(path: Path, **changes: object) -> str:
    table = pa.table({key: value for key, value in {**ORDERS, **changes}.items() if value is not None})
    if pa.types.is_string(table.schema.field("invoice_date").type):
        times = table["invoice_date"].cast(pa.timestamp("us"))
        table = table.set_column(table.schema.get_field_index("invoice_date"), "invoice_date", times)
    pq.write_table(table, path)
    return str(path)


def test_bad_files_of_orders_are_refused(house, tmp_path: Path):
    empty, truncated = tmp_path / "empty.parquet", tmp_path / "truncated.parquet"
    empty.touch()
    truncated.write_bytes(Path(parquet(tmp_path / "whole.parquet")).read_bytes()[:-60])
    cases = {
        str(empty): "empty",
        str(truncated): "truncated",
        parquet(tmp_path / "column.parquet", quantity=None): "quantity",
        parquet(tmp_path / "text.parquet", quantity=["1", "two"]): "two",
        parquet(tmp_path / "future.parquet", invoice_date=["2011-01-01T10:00:00", "2999-01-02T10:00:00"]): "2999",
        str(tmp_path / "missing.parquet"): "missing.parquet",
    }
    for path, word in cases.items():
        refused(house.run("trainyard", "data", "import", "recommender", path), word)


def test_an_unknown_service_is_refused_with_those_there_are(house):
    for command in (
        ("pipeline", "run", "searcher", "--latest"),
        ("release", "start", "searcher", "--model-version", "1"),
    ):
        refused(house.run("trainyard", *command), "searcher", "recommender")


def test_approval_of_a_version_that_does_not_exist_is_refused(house):
    refused(house.run("trainyard", "model", "approve", "recommender", "99", "--by", "x", "--reason", "y"), "99")


def test_a_release_of_an_unknown_version_is_refused(house):
    refused(house.run("trainyard", "release", "start", "recommender", "--model-version", "99"), "99")


def test_without_a_running_local_cloud_the_message_says_how_to_start_it(house, tmp_path: Path):
    done = house.run("trainyard", "model", "list", "recommender", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    refused(done, "trainyard local start")
