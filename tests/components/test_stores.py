import json
from dataclasses import replace

import pytest

from infra.deployments import Deployments, DeploymentsArgs
from infra.notifications import Notifications, NotificationsArgs
from infra.parameters import Parameters, ParametersArgs, within_standard_tier
from infra.registry import Registry, RegistryArgs
from infra.repositories import Repositories, RepositoriesArgs
from tests.harness import deploy

KEY = "arn:aws:kms:eu-west-1:111111111111:key/k"


@pytest.mark.parametrize("protect", [True, False])
def test_a_repository_is_encrypted_scanned_and_keeps_its_tags(protect: bool) -> None:
    args = RepositoriesArgs(services=["recommender"], key_arn=KEY, untagged_image_days=7, protect=protect)
    deployment = deploy(lambda: Repositories("images", args))
    repository = deployment.one("Repository")
    assert repository.inputs == {
        "name": "trainyard/recommender",
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}],
        "forceDelete": not protect,
    }
    assert repository.protect is protect


def test_untagged_images_go() -> None:
    args = RepositoriesArgs(services=["recommender"], key_arn=KEY, untagged_image_days=7, protect=True)
    lifecycle = deploy(lambda: Repositories("images", args)).one("LifecyclePolicy")
    assert lifecycle.delete_before_replace, "a repository has one: deleting the old policy last would take the new"
    (rule,) = json.loads(lifecycle.inputs["policy"])["rules"]
    assert rule["selection"]["tagStatus"] == "untagged"
    assert (rule["selection"]["countNumber"], rule["selection"]["countUnit"]) == (7, "days")


def test_images_are_lent_to_the_accounts_that_are_named_to_pull_only_and_to_nobody_by_default() -> None:
    args = RepositoriesArgs(services=["recommender"], key_arn=KEY, untagged_image_days=7, protect=True)
    assert deploy(lambda: Repositories("images", args)).of_type("RepositoryPolicy") == []
    lending = replace(args, lent_to=["222222222222"])
    found = deploy(lambda: Repositories("images", lending)).one("RepositoryPolicy")
    accounts, sagemaker = json.loads(found.inputs["policy"])["Statement"]
    assert accounts["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
    assert sagemaker["Condition"] == {"StringEquals": {"aws:SourceAccount": ["222222222222"]}}
    for statement in (accounts, sagemaker):
        assert set(statement["Action"]) == {
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        }


@pytest.mark.parametrize("protect", [True, False])
def test_each_service_has_a_group_of_versions(protect: bool) -> None:
    args = RegistryArgs(groups={"recommender": "recommender-dev", "ranker": "ranker-dev"}, protect=protect)
    groups = deploy(lambda: Registry("registry", args)).of_type("ModelPackageGroup")
    assert {each.inputs["modelPackageGroupName"] for each in groups} == {"recommender-dev", "ranker-dev"}
    assert all(each.protect is protect for each in groups)


@pytest.mark.parametrize("protect", [True, False])
def test_deployment_records_are_keyed_by_service_and_release_and_can_be_brought_back(protect: bool) -> None:
    args = DeploymentsArgs(environment="dev", key_arn=KEY, protect=protect)
    table = deploy(lambda: Deployments("deployments", args)).one("Table")
    assert table.inputs == {
        "name": "trainyard-dev-deployments",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "service",
        "rangeKey": "release_id",
        "attributes": [{"name": "service", "type": "S"}, {"name": "release_id", "type": "S"}],
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
        "deletionProtectionEnabled": protect,
    }
    assert table.protect is protect


def test_the_topic_is_encrypted_and_takes_alarms_of_this_account_only() -> None:
    args = NotificationsArgs(account="111111111111", key_arn=KEY, emails=[])
    deployment = deploy(lambda: Notifications("notifications", args))
    assert deployment.one("Topic").inputs["kmsMasterKeyId"] == KEY
    allow, deny = json.loads(deployment.one("TopicPolicy").inputs["policy"])["Statement"]
    assert "cloudwatch.amazonaws.com" in allow["Principal"]["Service"]
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert deployment.of_type("TopicSubscription") == []


def test_removing_an_address_leaves_the_other_subscriptions_alone() -> None:
    def names(*emails: str) -> set[str]:
        args = NotificationsArgs(account="111111111111", key_arn=KEY, emails=emails)
        found = deploy(lambda: Notifications("notifications", args)).of_type("TopicSubscription")
        assert {each.inputs["endpoint"] for each in found} == set(emails)
        return {each.name for each in found}

    assert names("b@example.com") < names("a@example.com", "b@example.com")


def test_documents_stand_in_parameters_of_the_standard_tier() -> None:
    args = ParametersArgs(documents={"platform": ("/trainyard/dev/platform", "{}")})
    parameter = deploy(lambda: Parameters("outputs", args)).one("Parameter")
    assert parameter.inputs == {
        "name": "/trainyard/dev/platform",
        "type": "String",
        "tier": "Standard",
        "value": "{}",
    }


def test_a_document_that_the_standard_tier_does_not_hold_is_refused() -> None:
    assert within_standard_tier("x" * 4096)
    with pytest.raises(ValueError, match="has 4098 bytes; a standard SSM parameter holds 4096"):
        within_standard_tier("é" * 2049)
