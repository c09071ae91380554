"""A diff shows what changes and nothing else, and replaces what the real provider replaces."""

import json
from typing import Any

import pytest

from localcloud.provider.documents import same_document
from localcloud.provider.provider import Provider
from localcloud.provider.recorded import MemoryRecords
from localcloud.provider.session import Session
from localcloud.provider.values import UNKNOWN

ROLE = "aws:iam/role:Role"
CONFIG = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"


@pytest.fixture
def provider() -> Provider:
    session = Session(
        clients=lambda service, region: None,
        region="eu-west-1",
        records=MemoryRecords(),
        default_tags={"owner": "platform"},
    )
    return Provider(session)


def replaced(provider: Provider, token: str, old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return provider.diff(token, old, {}, new).replaces


@pytest.mark.parametrize(
    ("token", "old", "new", "paths"),
    [
        ("aws:s3/bucket:Bucket", {"bucket": "a"}, {"bucket": "b"}, {"bucket"}),
        ("aws:s3/bucket:Bucket", {"forceDestroy": True}, {"forceDestroy": False}, set()),
        (ROLE, {"path": "/a/"}, {"path": "/b/"}, {"path"}),
        (ROLE, {"description": "a"}, {"description": "b"}, set()),
        ("aws:ec2/subnet:Subnet", {"cidrBlock": "10.0.0.0/24"}, {"cidrBlock": "10.0.1.0/24"}, {"cidrBlock"}),
        ("aws:ec2/securityGroup:SecurityGroup", {"description": "a"}, {"description": "b"}, {"description"}),
        ("aws:dynamodb/table:Table", {"hashKey": "a"}, {"hashKey": "b"}, {"hashKey"}),
        ("aws:dynamodb/table:Table", {"billingMode": "a"}, {"billingMode": "b"}, set()),
        (
            "aws:ecr/repository:Repository",
            {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
            {"encryptionConfigurations": [{"encryptionType": "KMS"}]},
            {"encryptionConfigurations[0].encryptionType"},
        ),
        (ENDPOINT, {"endpointConfigName": "a"}, {"endpointConfigName": "b"}, set()),
        (
            CONFIG,
            {"productionVariants": [{"variantName": "a"}]},
            {"productionVariants": [{"variantName": "b"}]},
            {"productionVariants[0].variantName"},
        ),
        ("aws:sagemaker/model:Model", {"executionRoleArn": "a"}, {"executionRoleArn": "b"}, {"executionRoleArn"}),
        ("aws:sns/topic:Topic", {"displayName": "a"}, {"displayName": "b"}, set()),
        ("aws:ssm/parameter:Parameter", {"name": "a"}, {"name": "b"}, {"name"}),
        ("aws:kms/key:Key", {"keyUsage": "a"}, {"keyUsage": "b"}, {"keyUsage"}),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "a"}, {"bucket": "b"}, {"bucket"}),
        ("aws:mwaa/environment:Environment", {"name": "a"}, {"name": "b"}, {"name"}),
    ],
)
def test_what_replaces_is_what_the_real_provider_replaces(
    provider: Provider, token: str, old: dict[str, Any], new: dict[str, Any], paths: set[str]
) -> None:
    found = provider.diff(token, old, {}, new)
    assert found.paths
    assert found.replaces == paths


def test_a_deployment_config_that_appears_with_auto_rollback_replaces_the_endpoint(provider: Provider) -> None:
    new = {"deploymentConfig": {"autoRollbackConfiguration": {"alarms": [{"alarmName": "a"}]}}}
    assert replaced(provider, ENDPOINT, {}, new) == {"deploymentConfig"}


def test_the_order_of_a_set_is_no_difference(provider: Provider) -> None:
    old, new = {"subnetIds": ["a", "b"]}, {"subnetIds": ["b", "a"]}
    assert not provider.diff("aws:ec2/vpcEndpoint:VpcEndpoint", old, {}, new).paths


def test_the_order_of_a_list_is_one(provider: Provider) -> None:
    old = {"productionVariants": [{"variantName": "a"}, {"variantName": "b"}]}
    new = {"productionVariants": [{"variantName": "b"}, {"variantName": "a"}]}
    assert provider.diff(CONFIG, old, {}, new).paths


def test_a_policy_that_says_the_same_is_no_difference(provider: Provider) -> None:
    old = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*"], "Resource": ["b", "a"]}]}
    new = {"Statement": {"Action": "s3:Get*", "Resource": ["a", "b"], "Effect": "Allow"}, "Version": "2012-10-17"}
    assert same_document(json.dumps(old), json.dumps(new, indent=2))
    wider = json.dumps({**old, "Statement": [{**old["Statement"][0], "Action": "s3:*"}]})
    assert not same_document(json.dumps(old), wider)


def test_the_root_of_an_account_and_its_number_are_the_same_principal() -> None:
    long = {"Statement": [{"Principal": {"AWS": "arn:aws:iam::000000000001:root"}}]}
    short = {"Statement": [{"Principal": {"AWS": "000000000001"}}]}
    assert same_document(json.dumps(long), json.dumps(short))


def test_the_order_of_a_dashboards_metrics_is_a_difference() -> None:
    one = {"widgets": [{"properties": {"metrics": [["b"], ["a"]]}}]}
    other = {"widgets": [{"properties": {"metrics": [["a"], ["b"]]}}]}
    assert not same_document(json.dumps(one), json.dumps(other))


def test_a_value_not_known_yet_counts_as_changed(provider: Provider) -> None:
    found = provider.diff(ENDPOINT, {"endpointConfigName": "a"}, {}, {"endpointConfigName": UNKNOWN})
    assert found.paths == {"endpointConfigName": "update"}


def test_changed_default_tags_change_every_tagged_resource(provider: Provider) -> None:
    inputs = {"tags": {"a": "b"}}
    state = {**inputs, "tagsAll": {"a": "b", "owner": "somebody"}}
    assert provider.diff(ROLE, inputs, state, inputs).paths == {"tagsAll": "update"}
    assert not provider.diff(ROLE, inputs, state, inputs, ignore=["tags"]).paths


def test_naming_the_providers_own_region_changes_nothing(provider: Provider) -> None:
    assert not provider.diff(ROLE, {}, {}, {"region": "eu-west-1"}).paths
    assert provider.diff(ROLE, {}, {}, {"region": "us-east-1"}).replaces == {"region"}


def test_a_replacement_under_a_given_name_deletes_first_and_under_our_own_it_does_not(provider: Provider) -> None:
    assert provider.deletes_first(ROLE, {"name": "a"}, {"name": "a", "path": "/x/"})
    assert not provider.deletes_first(ROLE, {"name": "a"}, {"name": "b"})
    ours = {"name": "a-1234567", "__defaults": ["name"]}
    assert not provider.deletes_first(ROLE, ours, ours)
