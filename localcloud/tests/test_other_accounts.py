"""What one account gets of another's resources: nothing, unless their policies let it in."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.resource_policy import allows
from localcloud.testing import CloudUnderTest, running_cloud

OURS, THEIRS = "000000000001", "000000000003"
WHERE = {"LocationConstraint": "eu-west-1"}
EVERYTHING = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"}, "Action": "*", "Resource": "*"}
OWNER = {**EVERYTHING, "Principal": {"AWS": f"arn:aws:iam::{THEIRS}:root"}}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudUnderTest]:
    with running_cloud(tmp_path_factory.mktemp("home")) as cloud:
        yield cloud


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def denied(code: str, action: str, arn: str) -> tuple[str, str]:
    return code, (
        f"User: arn:aws:iam::{OURS}:root is not authorized to perform: {action} on resource: {arn} "
        f"because no resource-based policy allows the {action} action"
    )


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([], False),
        ([EVERYTHING], True),
        ([OWNER], False),
        ([{**EVERYTHING, "Principal": "*"}], True),
        ([{**EVERYTHING, "Principal": {"AWS": ["999999999999", OURS]}}], True),
        ([{**EVERYTHING, "Principal": {"Service": "sns.amazonaws.com"}}], False),
        ([{**EVERYTHING, "Action": ["kms:Encrypt", "kms:decrypt"]}], True),
        ([{**EVERYTHING, "Action": "kms:Encrypt"}], False),
        ([{**EVERYTHING, "Condition": {"StringEquals": {"aws:PrincipalAccount": THEIRS}}}], False),
        ([{**EVERYTHING, "Condition": {"StringEquals": {"aws:PrincipalAccount": OURS}}}], True),
        ([{**EVERYTHING, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}], False),
        ([EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Action": "kms:*"}], False),
        ([EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], True),
    ],
)
def test_a_policy_lets_in_whom_it_names(statements: list[dict[str, Any]], allowed: bool) -> None:
    assert allows(policy(*statements), caller=OURS, owner=THEIRS, action="kms:Decrypt") is allowed


def test_a_resource_without_a_policy_lets_nobody_in() -> None:
    assert allows(None, caller=OURS, owner=THEIRS, action="kms:Decrypt") is False


def test_a_key_is_used_by_those_whom_its_policy_names(aws) -> None:
    ours, theirs = aws.client("kms"), aws.client("kms", THEIRS)
    key = theirs.create_key(Policy=policy(OWNER))["KeyMetadata"]["Arn"]
    theirs.create_alias(AliasName="alias/theirs", TargetKeyId=key)
    secret = theirs.encrypt(KeyId=key, Plaintext=b"word")["CiphertextBlob"]
    alias = f"arn:aws:kms:eu-west-1:{THEIRS}:alias/theirs"
    for call, action, params in (
        (ours.describe_key, "kms:DescribeKey", {}),
        (ours.decrypt, "kms:Decrypt", {"CiphertextBlob": secret}),
        (ours.generate_data_key, "kms:GenerateDataKey", {"KeySpec": "AES_256"}),
        (ours.schedule_key_deletion, "kms:ScheduleKeyDeletion", {}),
    ):
        assert refused(call, KeyId=key, **params) == denied("AccessDeniedException", action, key)
    assert refused(ours.describe_key, KeyId=alias) == denied("AccessDeniedException", "kms:DescribeKey", key)
    assert refused(ours.decrypt, CiphertextBlob=secret)[0] == "AccessDeniedException"
    missing = key[:-4] + "0000"
    assert refused(ours.describe_key, KeyId=missing) == denied("AccessDeniedException", "kms:DescribeKey", missing)


def test_a_key_policy_opens_no_administration_to_other_accounts(aws) -> None:
    key = aws.client("kms", THEIRS).create_key(Policy=policy(OWNER, EVERYTHING))["KeyMetadata"]["Arn"]
    expected = denied("AccessDeniedException", "kms:ScheduleKeyDeletion", key)
    assert refused(aws.client("kms").schedule_key_deletion, KeyId=key) == expected


def test_objects_are_sealed_with_another_accounts_key_only_if_it_lets_them(aws) -> None:
    s3, kms = aws.client("s3"), aws.client("kms", THEIRS)
    s3.create_bucket(Bucket="ours", CreateBucketConfiguration=WHERE)
    closed = kms.create_key(Policy=policy(OWNER))["KeyMetadata"]["Arn"]
    opened = kms.create_key(Policy=policy(OWNER, EVERYTHING))["KeyMetadata"]["Arn"]
    sealed = {"Bucket": "ours", "Key": "k", "Body": b"x", "ServerSideEncryption": "aws:kms"}
    assert refused(s3.put_object, **sealed, SSEKMSKeyId=closed) == denied("AccessDenied", "kms:GenerateDataKey", closed)
    s3.put_object(**sealed, SSEKMSKeyId=opened)
    assert s3.get_object(Bucket="ours", Key="k")["Body"].read() == b"x"


def test_a_bucket_is_closed_to_other_accounts_in_every_way(aws) -> None:
    ours, theirs = aws.client("s3"), aws.client("s3", THEIRS)
    theirs.create_bucket(Bucket="theirs", CreateBucketConfiguration=WHERE)
    theirs.put_object(Bucket="theirs", Key="k", Body=b"x")
    copied = {"Bucket": "theirs", "Key": "k"}
    for call, params in (
        (ours.list_objects_v2, {}),
        (ours.get_object, {"Key": "k"}),
        (ours.put_object, {"Key": "new", "Body": b""}),
        (ours.delete_object, {"Key": "k"}),
        (ours.get_bucket_policy, {}),
        (ours.put_bucket_policy, {"Policy": policy(EVERYTHING)}),
        (ours.delete_bucket, {}),
        (ours.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Suspended"}}),
    ):
        assert refused(call, Bucket="theirs", **params)[0] == "AccessDenied", call
    assert refused(ours.copy_object, Bucket="ours", Key="stolen", CopySource=copied)[0] == "AccessDenied"
    assert refused(ours.head_bucket, Bucket="theirs")[0] == "403"
    assert [item["Key"] for item in theirs.list_objects_v2(Bucket="theirs")["Contents"]] == ["k"]


def test_a_topic_takes_messages_from_those_whom_its_policy_names(aws) -> None:
    ours, theirs = aws.client("sns"), aws.client("sns", THEIRS)
    topic = theirs.create_topic(Name="news")["TopicArn"]
    expected = denied("AuthorizationError", "sns:Publish", topic)
    assert refused(ours.publish, TopicArn=topic, Message="m") == expected
    assert (
        refused(ours.subscribe, TopicArn=topic, Protocol="email", Endpoint="a@example.com")[0] == "AuthorizationError"
    )
    theirs.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(EVERYTHING))
    assert allows(
        theirs.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"],
        caller=OURS,
        owner=THEIRS,
        action="sns:Publish",
    )


def test_a_role_is_taken_on_by_accounts_that_it_trusts(aws) -> None:
    iam, sts = aws.client("iam", THEIRS), aws.client("sts")
    trust = {key: value for key, value in {**OWNER, "Action": "sts:AssumeRole"}.items() if key != "Resource"}
    role = iam.create_role(RoleName="closed", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    take = {"RoleArn": role, "RoleSessionName": "me"}
    assert refused(sts.assume_role, **take) == denied("AccessDenied", "sts:AssumeRole", role)
    assert refused(sts.assume_role, RoleArn=f"{role}-none", RoleSessionName="me")[0] == "AccessDenied"
    trusting = {**trust, "Principal": {"AWS": OURS}}
    iam.update_assume_role_policy(RoleName="closed", PolicyDocument=policy(trusting))
    assert sts.assume_role(**take)["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{THEIRS}:")


def test_a_parameter_of_another_account_is_refused_by_its_arn_and_unknown_by_its_name(aws) -> None:
    ours = aws.client("ssm")
    aws.client("ssm", THEIRS).put_parameter(Name="/their/own", Value="v", Type="String")
    arn = f"arn:aws:ssm:eu-west-1:{THEIRS}:parameter/their/own"
    assert refused(ours.get_parameter, Name=arn) == denied("AccessDeniedException", "ssm:GetParameter", arn)
    assert refused(ours.get_parameters, Names=[arn]) == denied("AccessDeniedException", "ssm:GetParameters", arn)
    assert refused(ours.get_parameter, Name="/their/own")[0] == "ParameterNotFound"


def test_a_table_of_another_account_is_refused_by_its_arn_and_unknown_by_its_name(aws) -> None:
    ours = aws.client("dynamodb")
    table = aws.client("dynamodb", THEIRS).create_table(
        TableName="records",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    wanted = {"Key": {"id": {"S": "1"}}}
    assert refused(ours.get_item, TableName=table, **wanted) == denied(
        "AccessDeniedException", "dynamodb:GetItem", table
    )
    assert refused(ours.get_item, TableName="records", **wanted)[0] == "ResourceNotFoundException"


def test_images_of_another_account_are_not_described(aws) -> None:
    arn = aws.client("ecr", THEIRS).create_repository(repositoryName="shop")["repository"]["repositoryArn"]
    described = {"registryId": THEIRS, "repositoryName": "shop"}
    expected = denied("AccessDeniedException", "ecr:DescribeImages", arn)
    assert refused(aws.client("ecr").describe_images, **described) == expected
    assert refused(aws.client("ecr").describe_repositories, registryId=THEIRS)[0] == "AccessDeniedException"


def model(image: str) -> dict[str, Any]:
    role = f"arn:aws:iam::{OURS}:role/serving"
    return {"ModelName": "m", "ExecutionRoleArn": role, "PrimaryContainer": {"Image": image}}


def test_an_image_of_another_account_runs_only_where_its_repository_lets_sagemaker_pull_it(aws) -> None:
    ecr, create = aws.client("ecr", THEIRS), aws.client("sagemaker").create_model
    ecr.create_repository(repositoryName="lent")
    image = f"{THEIRS}.dkr.ecr.eu-west-1.amazonaws.com/lent:1"
    code, message = refused(create, **model(image))
    assert (code, f"The repository of your image {image} does not grant" in message) == ("ValidationException", True)
    pull = {**EVERYTHING, "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "ecr:*"}
    lent = {**pull, "Condition": {"StringEquals": {"aws:SourceAccount": OURS}}}
    ecr.set_repository_policy(repositoryName="lent", policyText=policy(lent))
    assert "has no tag '1'" in refused(create, **model(image))[1]


def test_sagemaker_refuses_resources_and_roles_of_another_account(aws) -> None:
    ours = aws.client("sagemaker")
    theirs = f"arn:aws:sagemaker:eu-west-1:{THEIRS}:model-package/shop/1"
    code = "AccessDeniedException"
    assert refused(ours.describe_model_package, ModelPackageName=theirs) == denied(
        code, "sagemaker:DescribeModelPackage", theirs
    )
    approving = {"ModelPackageArn": theirs, "ModelApprovalStatus": "Approved"}
    assert refused(ours.update_model_package, **approving) == denied(code, "sagemaker:UpdateModelPackage", theirs)
    packaged = {**model(""), "PrimaryContainer": {"ModelPackageName": theirs}}
    assert refused(ours.create_model, **packaged) == denied(code, "sagemaker:CreateModel", theirs)
    lent = {**model("any"), "ExecutionRoleArn": f"arn:aws:iam::{THEIRS}:role/serving"}
    assert refused(ours.create_model, **lent) == (code, "Cross-account pass role is not allowed.")
