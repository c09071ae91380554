from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from tests.unit.acceptance.test_check import SUITE, Runtime, answered
from tests.unit.registry.conftest import TABLE, Registry
from trainyard.acceptance import record
from trainyard.cli import acceptance
from trainyard.errors import TrainyardError

CREATED = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY = "arn:aws:iam::123456789012:user/ada"


class SageMaker:
    def describe_endpoint_config(self, EndpointConfigName: str) -> Any:
        assert EndpointConfigName == "shop-staging-3-0a"
        return {"CreationTime": CREATED, "ProductionVariants": [{"ModelName": "m"}]}

    def describe_model(self, ModelName: str) -> Any:
        return {"PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://artifacts/3/model.tar.gz"}}


@pytest.fixture
def command(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the command on an environment whose endpoint gives the answer that is handed in."""
    s3 = boto3.Session("a", "b", region_name="eu-west-1").client("s3")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="artifacts", Key="3/model.tar.gz", Body=b"model")
    clients = {
        "sagemaker": SageMaker(),
        "s3": s3,
        "sts": SimpleNamespace(get_caller_identity=lambda: {"Arn": BY}),
        "dynamodb": registry.dynamodb,
    }
    platform = SimpleNamespace(environment="staging", account="123456789012", deployments_table=TABLE)
    session = SimpleNamespace(platform=platform, service=None, client=clients.__getitem__)
    live = SimpleNamespace(
        service="shop",
        endpoint="shop-staging",
        endpoint_status="InService",
        live_version="3",
        endpoint_config_name="shop-staging-3-0a",
    )
    monkeypatch.setattr(acceptance, "Session", lambda stack, name: session)
    monkeypatch.setattr(acceptance, "overview", lambda *found: live)
    monkeypatch.setattr(acceptance, "table_of", lambda session: None)
    monkeypatch.setattr(acceptance, "load_golden", lambda service, path: SUITE)

    def run(answer: dict[str, Any], golden: Path | None = None) -> None:
        monkeypatch.setattr(acceptance, "clients_of", lambda session: SimpleNamespace(runtime=Runtime(answer)))
        acceptance.acceptance("shop", golden, None, "staging", json=True)

    return run


def test_the_command_records_what_it_asked_and_what_was_live(command: Any, registry: Registry) -> None:
    command(answered())
    found = record.read("shop", "3", TABLE, registry.dynamodb)
    assert found
    assert (found.passed, found.requests, found.accepted_by) == (True, 4, BY)
    assert (found.endpoint_config_name, found.config_created) == ("shop-staging-3-0a", CREATED.isoformat())
    assert found.archive_etag


def test_a_failure_is_recorded_before_the_command_fails(command: Any, registry: Registry) -> None:
    with pytest.raises(TrainyardError, match="not answered as they must be"):
        command(answered(products=2))
    found = record.read("shop", "3", TABLE, registry.dynamodb)
    assert found
    assert not found.passed


def test_answers_to_requests_of_ones_own_are_no_acceptance(command: Any, registry: Registry, tmp_path: Path) -> None:
    command(answered(), tmp_path / "golden.json")
    assert registry.records() == []
