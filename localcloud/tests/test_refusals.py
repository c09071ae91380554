"""What AWS refuses and moto would let through."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.accounts import Caller
from localcloud.aws_request import parse
from localcloud.refusals.s3_address import locate
from localcloud.scope import Scope
from localcloud.testing import CloudUnderTest, running_cloud

OTHER = "000000000002"
WHERE = {"LocationConstraint": "eu-west-1"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudUnderTest]:
    with running_cloud(tmp_path_factory.mktemp("home")) as cloud:
        cloud.client("s3").create_bucket(Bucket="owned", CreateBucketConfiguration=WHERE)
        cloud.client("s3").put_object(Bucket="owned", Key="a/ü b", Body=b"x")
        yield cloud


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_bucket_of_an_unexpected_owner_is_denied_whatever_is_asked_of_it(aws) -> None:
    s3, denied = aws.client("s3"), ("AccessDenied", "Access Denied", 403)
    for call, params in (
        (s3.get_object, {"Key": "a/ü b"}),
        (s3.put_object, {"Key": "new", "Body": b""}),
        (s3.list_objects_v2, {}),
        (s3.get_bucket_location, {}),
        (s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Enabled"}}),
    ):
        assert refused(call, Bucket="owned", ExpectedBucketOwner=OTHER, **params) == denied
    assert refused(s3.head_object, Bucket="owned", Key="a/ü b", ExpectedBucketOwner=OTHER) == ("403", "Forbidden", 403)
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="owned")["Contents"]] == ["a/ü b"]
    assert "Status" not in s3.get_bucket_versioning(Bucket="owned", ExpectedBucketOwner=aws.account)


def test_an_expected_owner_who_is_the_owner_changes_nothing(aws) -> None:
    s3 = aws.client("s3")
    assert s3.get_object(Bucket="owned", Key="a/ü b", ExpectedBucketOwner=aws.account)["Body"].read() == b"x"
    code, _, _ = refused(s3.head_bucket, Bucket="nowhere", ExpectedBucketOwner=aws.account)
    assert code == "404"


def test_an_expected_owner_is_an_account(aws) -> None:
    code, message, status = refused(aws.client("s3").list_objects_v2, Bucket="owned", ExpectedBucketOwner="me")
    assert (code, status) == ("InvalidBucketOwnerAWSAccountID", 400)
    assert "must be an AWS account ID" in message


def test_the_source_of_a_copy_has_an_expected_owner_of_its_own(aws) -> None:
    s3 = aws.client("s3")

    def copy(source: str) -> None:
        s3.copy_object(
            Bucket="owned",
            Key="copy",
            CopySource={"Bucket": "owned", "Key": "a/ü b"},
            ExpectedBucketOwner=aws.account,
            ExpectedSourceBucketOwner=source,
        )

    assert refused(copy, source=OTHER) == ("AccessDenied", "Access Denied", 403)
    copy(aws.account)
    s3.delete_object(Bucket="owned", Key="copy")


def test_the_bucket_is_found_in_the_host_name_too(aws) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "owned.s3.eu-west-1.amazonaws.com",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "PATH_INFO": "/a/b",
        "QUERY_STRING": "versionId=7",
        "wsgi.url_scheme": "https",
    }
    caller = Caller(scope=Scope(aws.account, aws.region), access_key="", service="s3")
    target = locate(parse(environ, b"", caller)).target
    assert (target.bucket, target.key, target.version_id) == ("owned", "a/b", "7")


def test_a_parameter_holds_what_its_tier_holds(aws) -> None:
    ssm = aws.client("ssm")

    def put(size: int, name: str = "/a/b", text: str = "x", **more: Any) -> None:
        ssm.put_parameter(Name=name, Value=text * size, Type="String", Overwrite=True, **more)

    put(4096)
    code, message, _ = refused(put, size=4097)
    assert (code, message.partition(".")[0]) == (
        "ValidationException",
        "Standard tier parameters support a maximum parameter value of 4096 characters",
    )
    assert refused(put, size=4097, Tier="Standard")[0] == "ValidationException"
    assert refused(put, size=2049, text="ü")[0] == "ValidationException"
    assert len(ssm.get_parameter(Name="/a/b")["Parameter"]["Value"]) == 4096
    put(5000, name="/a/c", Tier="Intelligent-Tiering")
    put(8192, Tier="Advanced")
    put(8000)  # it stays in the tier it was lifted to
    assert "maximum parameter value of 8192 characters" in refused(put, size=8193, Tier="Advanced")[1]
    assert refused(ssm.get_parameter, Name="/never")[0] == "ParameterNotFound"


def test_a_parameters_name_has_a_longest_length(aws) -> None:
    put = aws.client("ssm").put_parameter
    prefix = len(f"arn:aws:ssm:{aws.region}:{aws.account}:parameter/")
    code, message, _ = refused(put, Name="n" * 2049, Value="x", Type="String")
    assert (code, "at 'name'" in message) == ("ValidationException", True)
    code, message, _ = refused(put, Name="n" * (1012 - prefix), Value="x", Type="String")
    assert (code, "with this name it has 1012" in message) == ("ValidationException", True)
    put(Name="n" * (1011 - prefix), Value="x", Type="String")


@pytest.fixture
def key(aws: CloudUnderTest) -> Any:
    return aws.client("kms").create_key()["KeyMetadata"]


def test_a_disabled_key_is_of_no_use_until_it_is_enabled(aws, key) -> None:
    kms, name = aws.client("kms"), f"alias/{key['KeyId']}"
    kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    secret = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"word")["CiphertextBlob"]
    kms.disable_key(KeyId=key["KeyId"])
    expected = ("DisabledException", f"{key['Arn']} is disabled.", 400)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    for named in (key["KeyId"], key["Arn"], name, key["Arn"].rpartition(":")[0] + f":{name}"):
        assert refused(kms.encrypt, KeyId=named, Plaintext=b"word") == expected
    assert refused(kms.decrypt, CiphertextBlob=secret) == expected
    assert refused(kms.generate_data_key, KeyId=name, KeySpec="AES_256") == expected
    assert refused(kms.re_encrypt, CiphertextBlob=secret, DestinationKeyId=other) == expected
    assert refused(kms.enable_key_rotation, KeyId=key["KeyId"]) == expected
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"word"


def test_a_key_that_waits_for_its_deletion_comes_back_disabled(aws, key) -> None:
    kms = aws.client("kms")
    not_waiting = ("KMSInvalidStateException", f"{key['Arn']} is not pending deletion.", 400)
    assert refused(kms.cancel_key_deletion, KeyId=key["KeyId"]) == not_waiting
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    waiting = ("KMSInvalidStateException", f"{key['Arn']} is pending deletion.", 400)
    assert refused(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"word") == waiting
    assert refused(kms.enable_key, KeyId=key["KeyId"]) == waiting
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    assert refused(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"word")[0] == "DisabledException"


def test_what_is_no_ciphertext_or_no_key_is_still_motos_to_refuse(aws) -> None:
    kms = aws.client("kms")
    assert refused(kms.decrypt, CiphertextBlob=b"no")[0] == "InvalidCiphertextException"
    assert refused(kms.encrypt, KeyId="alias/none", Plaintext=b"x")[0] == "NotFoundException"


def test_objects_under_a_disabled_key_are_neither_written_nor_read(aws, key) -> None:
    s3, kms = aws.client("s3"), aws.client("kms")
    s3.create_bucket(Bucket="sealed", CreateBucketConfiguration=WHERE)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}}
    s3.put_bucket_encryption(Bucket="sealed", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket="sealed", Key="old", Body=b"x")
    kms.disable_key(KeyId=key["KeyId"])
    expected = ("KMS.DisabledException", f"{key['Arn']} is disabled.", 400)
    source = {"Bucket": "sealed", "Key": "old"}
    assert refused(s3.put_object, Bucket="sealed", Key="new") == expected
    assert refused(s3.create_multipart_upload, Bucket="sealed", Key="new") == expected
    assert refused(s3.get_object, Bucket="sealed", Key="old") == expected
    assert refused(s3.copy_object, Bucket="owned", Key="new", CopySource=source) == expected
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["KeyId"]}
    assert refused(s3.put_object, Bucket="owned", Key="new", **named) == expected
    s3.put_object(Bucket="sealed", Key="plain", ServerSideEncryption="AES256")
    s3.put_object_tagging(Bucket="sealed", Key="old", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object(Bucket="sealed", Key="old")
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert refused(s3.put_object, Bucket="sealed", Key="new")[0] == "KMS.KMSInvalidStateException"
    s3.delete_object(Bucket="sealed", Key="plain")


def test_a_refused_request_leaves_nothing_behind_for_a_replay(tmp_path) -> None:
    with running_cloud(tmp_path) as aws:
        aws.client("kms").list_keys()
        refused(aws.client("ssm").put_parameter, Name="long", Value="x" * 5000, Type="String")
        made = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
        aws.client("ssm").put_parameter(Name="short", Value="x", Type="String")
    with running_cloud(tmp_path) as aws:
        assert aws.client("kms").describe_key(KeyId=made)["KeyMetadata"]["KeyId"] == made
        assert [item["Name"] for item in aws.client("ssm").describe_parameters()["Parameters"]] == ["short"]
