"""What an account has once: made, read back, changed, refused a second time, and gone again."""

import json
from collections.abc import Iterator

import pytest

from localcloud.provider.errors import ProviderError
from localcloud.provider.provider import Provider
from localcloud.testing import CloudUnderTest

from .world import World

ISSUER = "https://token.actions.githubusercontent.com"


@pytest.fixture
def world(provider: Provider) -> Iterator[World]:
    made = World(provider)
    yield made
    made.unmake()


def test_an_identity_provider_settles_without_thumbprints(world: World) -> None:
    made = world.make(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "g", url=ISSUER, clientIdLists=["sts.amazonaws.com"]
    )
    world.settled(made)
    assert made["arn"] == "arn:aws:iam::000000000001:oidc-provider/token.actions.githubusercontent.com"
    world.change(made, tags={"a": "b"})


def test_another_audience_or_issuer_makes_another_identity_provider(world: World) -> None:
    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    made = world.make(token, "g", url=ISSUER, clientIdLists=["sts.amazonaws.com"])
    for change in ({"clientIdLists": ["other"]}, {"url": "https://elsewhere.example.com"}):
        found = world.provider.diff(token, made.inputs, made.state, {**made.inputs, **change})
        assert found.replaces


def test_a_service_linked_role_settles(world: World) -> None:
    made = world.make(
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        "s",
        awsServiceName="sagemaker.application-autoscaling.amazonaws.com",
    )
    world.settled(made)
    assert ":role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/" in made["arn"]
    world.change(made, tags={"a": "b"})


def test_a_role_keeps_its_boundary(world: World) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy = world.make(
        "aws:iam/policy:Policy", "p", policy=json.dumps({"Version": "2012-10-17", "Statement": statement})
    )
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = world.make(
        "aws:iam/role:Role",
        "r",
        assumeRolePolicy=json.dumps({"Version": "2012-10-17", "Statement": trust}),
        permissionsBoundary=policy["arn"],
    )
    world.settled(role)
    world.change(role, permissionsBoundary=None)


def test_the_accounts_block_of_public_access_settles(world: World) -> None:
    made = world.make(
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        "b",
        blockPublicAcls=True,
        restrictPublicBuckets=True,
    )
    world.settled(made)
    assert (made["accountId"], made["blockPublicPolicy"]) == ("000000000001", False)
    world.change(made, blockPublicPolicy=True)


def test_volume_encryption_settles_and_is_off_afterwards(world: World, aws: CloudUnderTest) -> None:
    made = world.make("aws:ebs/encryptionByDefault:EncryptionByDefault", "e", enabled=True)
    world.settled(made)
    ec2 = aws.client("ec2")
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    world.provider.delete(made.token, made.name, made.id, made.state)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False


def test_a_region_has_one_detector(world: World) -> None:
    made = world.make("aws:guardduty/detector:Detector", "d", enable=True)
    world.settled(made)
    world.change(made, enable=False)
    with pytest.raises(ProviderError, match=r"was not created: a detector already exists for the current account"):
        world.make("aws:guardduty/detector:Detector", "second", enable=True)
