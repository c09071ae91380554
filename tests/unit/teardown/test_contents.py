import json

import boto3
import pytest
from moto import mock_aws

from trainyard.errors import TrainyardError
from trainyard.teardown.contents import empty_bucket, empty_repository

ACCOUNT = "123456789012"
REGION = "eu-west-1"
MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch):
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    with mock_aws():
        yield


def test_all_versions_and_delete_markers_go_and_are_counted():
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="raw", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    for text in (b"1", b"2"):
        s3.put_object(Bucket="raw", Key="orders", Body=text)
    s3.delete_object(Bucket="raw", Key="orders")
    said: list[str] = []
    assert empty_bucket(s3, "raw", ACCOUNT, said.append) == 3
    assert said == ["emptying bucket raw: 3 versions deleted"]
    assert empty_bucket(s3, "raw", ACCOUNT, said.append) == 0
    s3.delete_bucket(Bucket="raw")


def test_what_s3_refuses_is_told_with_its_key():
    class Refusing:
        def get_paginator(self, _: str) -> "Refusing":
            return self

        def paginate(self, **_: str) -> list[object]:
            return [{"Versions": [{"Key": "a", "VersionId": "1"}, {"Key": "b", "VersionId": "1"}]}]

        def delete_objects(self, **_: object) -> object:
            return {"Errors": [{"Key": "b", "Code": "AccessDenied", "Message": "no"}]}

    with pytest.raises(TrainyardError, match=r"refuses to delete 1 versions: AccessDenied: no\. Where: raw/b\."):
        empty_bucket(Refusing(), "raw", ACCOUNT, lambda _: None)


def test_images_go_by_digest_with_all_their_tags():
    ecr = boto3.client("ecr", region_name=REGION)
    ecr.create_repository(repositoryName="shop")
    manifest = {"schemaVersion": 2, "mediaType": MEDIA_TYPE, "config": {"digest": "sha256:1"}, "layers": []}
    for tag in ("serving-1", "training-1"):
        ecr.put_image(repositoryName="shop", imageManifest=json.dumps(manifest), imageTag=tag)
    said: list[str] = []
    assert empty_repository(ecr, "shop", said.append) == 1
    assert ecr.list_images(repositoryName="shop")["imageIds"] == []
    assert empty_repository(ecr, "shop", said.append) == 0
    assert said == ["emptied repository shop: 1 images deleted"]
