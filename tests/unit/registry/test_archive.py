import hashlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from trainyard.errors import TrainyardError
from trainyard.registry import archive
from trainyard.registry.archive import Place

ACCOUNT = "123456789012"
KEY_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
CONTENT = bytes(range(256)) * 60_000
"""More than one part."""


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.Session("a", "b", region_name="eu-west-1").client("s3")
        for bucket in ("ours", "theirs"):
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        client.put_object(Bucket="ours", Key="a/model.tar.gz", Body=CONTENT)
        yield client


def source(s3: Any) -> Place:
    return Place.of("s3://ours/a/model.tar.gz", ACCOUNT, s3)


def target(s3: Any) -> Place:
    return Place(s3=s3, account=ACCOUNT, bucket="theirs", key="b/model.tar.gz")


def test_a_copy_has_the_same_bytes_and_is_encrypted_with_the_targets_key(s3: Any) -> None:
    expected = archive.sha256(source(s3))
    assert expected == hashlib.sha256(CONTENT).hexdigest()
    archive.copy(source(s3), target(s3), key_arn=KEY_ARN, expected=expected)
    assert archive.sha256(target(s3)) == expected
    head = s3.head_object(Bucket="theirs", Key="b/model.tar.gz")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY_ARN)
    assert head["Metadata"] == {"sha256": expected}


def test_never_more_than_a_block_is_in_memory(s3: Any) -> None:
    assert max(len(block) for block in archive.blocks(source(s3))) == archive.BLOCK_BYTES
    assert sum(len(block) for block in archive.blocks(source(s3))) == len(CONTENT)


def test_content_that_changed_on_the_way_is_written_nowhere(s3: Any) -> None:
    with pytest.raises(TrainyardError, match="changed while it was copied") as caught:
        archive.copy(source(s3), target(s3), key_arn=KEY_ARN, expected="0" * 64)
    assert caught.value.where == "s3://ours/a/model.tar.gz"
    assert archive.stamp(target(s3)) is None
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="theirs")


def test_every_call_names_the_account_that_must_own_the_bucket(s3: Any) -> None:
    seen: list[tuple[str, str]] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        seen.append((model.name, params["headers"].get("x-amz-expected-bucket-owner", "")))

    s3.meta.events.register("before-call.s3", note)
    expected = archive.sha256(source(s3))
    archive.copy(source(s3), target(s3), key_arn=KEY_ARN, expected=expected)
    archive.stamp(target(s3))
    with pytest.raises(TrainyardError):
        archive.copy(source(s3), target(s3), key_arn=KEY_ARN, expected="0" * 64)
    assert {name for name, _ in seen} == {
        "GetObject",
        "CreateMultipartUpload",
        "UploadPart",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
        "ListObjectsV2",
    }
    assert {owner for _, owner in seen} == {ACCOUNT}


def test_another_content_has_another_stamp_and_a_longer_key_is_another_object(s3: Any) -> None:
    before = archive.stamp(source(s3))
    s3.put_object(Bucket="ours", Key="a/model.tar.gz", Body=b"other")
    after = archive.stamp(source(s3))
    assert before
    assert after
    assert before.etag != after.etag
    assert archive.stamp(Place.of("s3://ours/a/model.tar", ACCOUNT, s3)) is None


def test_an_archive_that_is_not_there_is_an_error(s3: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        archive.sha256(Place.of("s3://ours/absent", ACCOUNT, s3))
