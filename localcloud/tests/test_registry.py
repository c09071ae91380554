import pytest
from botocore.exceptions import ClientError

from localcloud.testing import running_cloud


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with running_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture
def sagemaker(aws):
    return aws.client("sagemaker")


def make_group(sagemaker, name):
    return sagemaker.create_model_package_group(ModelPackageGroupName=name)["ModelPackageGroupArn"]


def test_versions_count_up_and_are_never_given_twice(sagemaker):
    make_group(sagemaker, "counting")
    first, second = (
        sagemaker.create_model_package(ModelPackageGroupName="counting")["ModelPackageArn"] for _ in range(2)
    )
    assert [first.rsplit("/", 1)[1], second.rsplit("/", 1)[1]] == ["1", "2"]
    sagemaker.delete_model_package(ModelPackageName=second)
    third = sagemaker.create_model_package(ModelPackageGroupName="counting")["ModelPackageArn"]
    assert third.endswith("counting/3")


def test_a_version_is_pending_until_approved(sagemaker):
    make_group(sagemaker, "approving")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="approving", CustomerMetadataProperties={"map": "0.1", "gate": "passed"}
    )["ModelPackageArn"]
    assert sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"] == "PendingManualApproval"
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription="Ann: better",
        CustomerMetadataPropertiesToRemove=["gate"],
    )
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    assert (package["ModelApprovalStatus"], package["ApprovalDescription"]) == ("Approved", "Ann: better")
    assert package["CustomerMetadataProperties"] == {"map": "0.1"}
    approved = sagemaker.list_model_packages(ModelPackageGroupName="approving", ModelApprovalStatus="Approved")
    assert [summary["ModelPackageVersion"] for summary in approved["ModelPackageSummaryList"]] == [1]


def test_lists_come_in_pages_oldest_first(sagemaker):
    make_group(sagemaker, "paging")
    for _ in range(12):
        sagemaker.create_model_package(ModelPackageGroupName="paging")
    pages = list(sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName="paging"))
    versions = [[s["ModelPackageVersion"] for s in page["ModelPackageSummaryList"]] for page in pages]
    assert versions == [list(range(1, 11)), [11, 12]]


def test_a_group_with_packages_cannot_be_deleted(sagemaker):
    make_group(sagemaker, "full")
    arn = sagemaker.create_model_package(ModelPackageGroupName="full")["ModelPackageArn"]
    with pytest.raises(ClientError, match="still contains Model Packages"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="full")
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="full")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName="full")


def test_the_same_client_token_registers_once(sagemaker):
    make_group(sagemaker, "token")
    arns = {
        sagemaker.create_model_package(ModelPackageGroupName="token", ClientToken="once")["ModelPackageArn"]
        for _ in range(2)
    }
    assert len(arns) == 1


def test_tags_follow_the_resource(sagemaker):
    arn = make_group(sagemaker, "tagged")
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    sagemaker.delete_model_package_group(ModelPackageGroupName="tagged")
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.list_tags(ResourceArn=arn)
    make_group(sagemaker, "tagged")
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_accounts_do_not_see_each_others_packages(aws, sagemaker):
    make_group(sagemaker, "private")
    with pytest.raises(ClientError, match="does not exist"):
        aws.client("sagemaker", account="000000000002").describe_model_package_group(ModelPackageGroupName="private")


@pytest.mark.parametrize("name", ["-starts", "under_score", "ends-", "x" * 64])
def test_a_name_that_aws_would_refuse_is_refused(sagemaker, name):
    with pytest.raises(ClientError, match=r"failed to satisfy constraint|Invalid length"):
        make_group(sagemaker, name)
