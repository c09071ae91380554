"""Types that nothing executes are validated, kept by the cloud, read back, and gone when deleted."""

import json
import urllib.request

import pytest

from localcloud.provider.provider import Provider
from localcloud.provider.resources import TABLE
from localcloud.provider.schema import tokens
from localcloud.testing import CloudUnderTest

from .world import World


@pytest.fixture
def world(provider: Provider) -> World:
    return World(provider)


def records(aws: CloudUnderTest) -> list[dict[str, str]]:
    with urllib.request.urlopen(f"{aws.endpoint_url}/_localcloud/recorded?account={aws.account}") as answer:
        return json.loads(answer.read())


def test_a_recorded_resource_settles_is_listed_and_goes(world: World, aws: CloudUnderTest) -> None:
    bus = world.make("aws:cloudwatch/eventBus:EventBus", "orders", tags={"a": "b"})
    gateway = world.make("aws:ec2/natGateway:NatGateway", "nat", subnetId="subnet-1", connectivityType="private")
    for made in (bus, gateway):
        world.settled(made)
    world.change(bus, description="Orders", tags={"a": "c"})
    assert bus["name"].startswith("orders-")
    assert bus["arn"].startswith("arn:aws:")
    assert bus["tagsAll"] == {"owner": "platform", "a": "c"}
    assert gateway.id.startswith("nat-")
    assert {row["id"] for row in records(aws)} == {bus.id, gateway.id}
    world.unmake()
    assert records(aws) == []


def test_every_type_of_the_schema_is_either_executed_or_recorded() -> None:
    assert TABLE.keys() <= tokens()
    assert len(tokens()) > 400


def test_a_recorded_type_refuses_what_its_schema_does_not_have(provider: Provider) -> None:
    _, failures = provider.check("aws:mwaa/environment:Environment", "airflow", {}, {"dagS3Pth": "dags"})
    assert failures[0].reason == "aws:mwaa/environment:Environment has no property 'dagS3Pth' (nearest: 'dagS3Path')"
