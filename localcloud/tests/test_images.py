import json
import sys

import pytest
import urllib3
from botocore.exceptions import ClientError

from localcloud.errors import LocalCloudError, ValidationError
from localcloud.images.archive import build, digest_of
from localcloud.images.push import push
from localcloud.images.reference import parse_reference
from localcloud.scope import Scope
from localcloud.testing import running_cloud

HOST = "000000000001.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with running_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        cloud.client("ecr").create_repository(repositoryName="team/app", imageTagMutability="IMMUTABLE")
        yield cloud


@pytest.fixture
def source(tmp_path):
    package = tmp_path / "app"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "x.pyc").write_bytes(b"x")
    (package / "__main__.py").write_text("print('hello')")
    return package


def archive_of(source, text="print('hello')"):
    (source / "__main__.py").write_text(text)
    return build([source], entrypoint=["python", "-m", "app"], environment={"MODE": "test"}, python=sys.executable)


def push_to(aws, archive, tag):
    reference = parse_reference(f"{HOST}/team/app:{tag}")
    return push(archive, reference, endpoint_url=aws.endpoint_url, client=aws.cloud.client)


def test_a_pushed_image_resolves_by_tag_and_by_digest(aws, source):
    digest = push_to(aws, archive_of(source), "one")
    by_tag = aws.cloud.images.resolve(aws.scope, f"{HOST}/team/app:one")
    by_digest = aws.cloud.images.resolve(aws.scope, f"{HOST}/team/app@{digest}")
    assert by_tag.digest == by_digest.digest == digest
    assert by_tag.entrypoint == (sys.executable, "-m", "app")
    assert by_tag.environment["MODE"] == "test"
    assert sorted(path.name for path in by_tag.root.rglob("*")) == ["__main__.py", "app"]


def test_the_same_code_is_the_same_image_and_pushing_it_again_is_no_error(aws, source):
    assert archive_of(source).digest == archive_of(source).digest
    assert push_to(aws, archive_of(source), "again") == push_to(aws, archive_of(source), "again")


def test_an_immutable_tag_does_not_move(aws, source):
    push_to(aws, archive_of(source, "first = 1"), "fixed")
    with pytest.raises(LocalCloudError, match="already exists"):
        push_to(aws, archive_of(source, "second = 2"), "fixed")


def test_a_push_to_a_repository_that_does_not_exist_names_it(aws, source):
    reference = parse_reference(f"{HOST}/team/other:1")
    with pytest.raises(LocalCloudError, match="no ECR repository 'team/other'"):
        push(archive_of(source), reference, endpoint_url=aws.endpoint_url, client=aws.cloud.client)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (f"{HOST}/team/app:absent", "has no tag 'absent'"),
        (f"{HOST}/team/other:1", "not found"),
        ("docker.io/library/python:3", "is not one of ECR"),
    ],
)
def test_an_image_that_cannot_run_is_named(aws, uri, message):
    with pytest.raises(ValidationError, match=message):
        aws.cloud.images.resolve(aws.scope, uri)


def test_a_model_whose_image_is_missing_is_refused(aws):
    with pytest.raises(ClientError, match=r"Requested image .* not found"):
        aws.client("sagemaker").create_model(
            ModelName="m",
            ExecutionRoleArn="arn:aws:iam::000000000001:role/serving",
            PrimaryContainer={"Image": f"{HOST}/team/app:absent"},
        )


def test_the_manifest_in_ecr_names_the_layer_and_the_entrypoint_is_in_the_config(aws, source):
    archive = archive_of(source)
    push_to(aws, archive, "manifest")
    found = aws.client("ecr").batch_get_image(repositoryName="team/app", imageIds=[{"imageTag": "manifest"}])
    manifest = json.loads(found["images"][0]["imageManifest"])
    assert manifest["layers"][0]["size"] == len(archive.layer)
    assert json.loads(archive.config)["config"]["Entrypoint"] == ["python", "-m", "app"]


def test_a_pushed_image_is_copied_to_another_account_through_the_api_and_runs_there(aws, source):
    archive = archive_of(source, "copied = True")
    digest = push_to(aws, archive, "copied")
    ours, theirs = aws.client("ecr"), aws.client("ecr", "000000000002")
    theirs.create_repository(repositoryName="team/app")
    manifest = json.loads(archive.manifest)
    for part in (manifest["config"], *manifest["layers"]):
        asked = ours.get_download_url_for_layer(repositoryName="team/app", layerDigest=part["digest"])
        content = urllib3.request("GET", asked["downloadUrl"]).data
        assert digest_of(content) == part["digest"]
        upload = theirs.initiate_layer_upload(repositoryName="team/app")["uploadId"]
        theirs.upload_layer_part(
            repositoryName="team/app",
            uploadId=upload,
            partFirstByte=0,
            partLastByte=len(content) - 1,
            layerPartBlob=content,
        )
        theirs.complete_layer_upload(repositoryName="team/app", uploadId=upload, layerDigests=[part["digest"]])
    theirs.put_image(repositoryName="team/app", imageManifest=archive.manifest, imageTag="1", imageDigest=digest)
    copied = HOST.replace("0001.", "0002.")
    there = aws.cloud.images.resolve(Scope("000000000002", aws.region), f"{copied}/team/app@{digest}")
    assert (there.root / "app" / "__main__.py").read_text() == "copied = True"


def test_only_layers_of_the_repositorys_images_can_be_downloaded(aws, source):
    push_to(aws, archive_of(source), "whole")
    aws.client("ecr").create_repository(repositoryName="team/empty")
    layer = json.loads(archive_of(source).manifest)["layers"][0]["digest"]
    with pytest.raises(ClientError, match=r"LayersNotFoundException.*'team/empty'"):
        aws.client("ecr").get_download_url_for_layer(repositoryName="team/empty", layerDigest=layer)
    url = aws.client("ecr").get_download_url_for_layer(repositoryName="team/app", layerDigest=layer)["downloadUrl"]
    assert urllib3.request("GET", url[:-1] + "x").status == 404
