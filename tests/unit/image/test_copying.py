import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError, UsageError
from trainyard.image import copy_image, image_digest

KIND = "application/vnd.oci.image.manifest.v1+json"
PART_BYTES = 1000


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


CONFIG, LAYER = b'{"os": "linux"}', bytes(range(256)) * 10
PARTS = {digest_of(content): content for content in (CONFIG, LAYER)}
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": KIND,
        "config": {"digest": digest_of(CONFIG)},
        "layers": [{"digest": digest_of(LAYER)}],
    }
)
DIGEST = digest_of(MANIFEST.encode())
OURS = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/trainyard/shop@{DIGEST}"
THEIRS = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/trainyard/shop"


class Download(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = PARTS[self.path[1:]]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Download) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass
class Source:
    """A registry that holds the image, and gives it to its owner's credentials only."""

    address: str
    manifest: str = MANIFEST
    kind: str = KIND
    downloads: list[str] = field(default_factory=list)

    def batch_get_image(self, *, registryId: str, repositoryName: str, imageIds: Any, acceptedMediaTypes: Any) -> Any:
        assert (registryId, repositoryName, imageIds) == ("111111111111", "trainyard/shop", [{"imageDigest": DIGEST}])
        found = {"imageManifest": self.manifest, "imageManifestMediaType": self.kind}
        return {"images": [found] if self.manifest else []}

    def get_download_url_for_layer(self, *, registryId: str, repositoryName: str, layerDigest: str) -> Any:
        self.downloads.append(layerDigest)
        return {"downloadUrl": f"{self.address}/{layerDigest}"}


@dataclass
class Target:
    """A registry that takes layers in parts, in order, and images whose layers it has."""

    layers: dict[str, bytes] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    open: bytes = b""
    largest: int = 0
    races: bool = False
    """Whether somebody else is always just done with the same."""

    def batch_get_image(self, *, repositoryName: str, imageIds: list[dict[str, str]]) -> Any:
        return {"images": [self.images[one["imageDigest"]] for one in imageIds if one["imageDigest"] in self.images]}

    def batch_check_layer_availability(self, *, repositoryName: str, layerDigests: list[str]) -> Any:
        there = [digest for digest in layerDigests if digest in self.layers]
        return {"layers": [{"layerDigest": digest, "layerAvailability": "AVAILABLE"} for digest in there]}

    def initiate_layer_upload(self, *, repositoryName: str) -> Any:
        self.open = b""
        return {"uploadId": "u", "partSize": PART_BYTES}

    def upload_layer_part(
        self, *, repositoryName: str, uploadId: str, partFirstByte: int, partLastByte: int, layerPartBlob: bytes
    ) -> None:
        assert partFirstByte == len(self.open)
        assert partLastByte == partFirstByte + len(layerPartBlob) - 1
        self.largest = max(self.largest, len(layerPartBlob))
        self.open += layerPartBlob

    def complete_layer_upload(self, *, repositoryName: str, uploadId: str, layerDigests: list[str]) -> None:
        assert layerDigests == [digest_of(self.open)]
        self.layers[layerDigests[0]] = self.open
        self._race("LayerAlreadyExistsException", "CompleteLayerUpload")

    def put_image(self, *, repositoryName: str, imageManifest: str, **given: str) -> None:
        described = json.loads(imageManifest)
        assert all(part["digest"] in self.layers for part in (described["config"], *described["layers"]))
        assert given["imageDigest"] == digest_of(imageManifest.encode())
        self.images[given["imageDigest"]] = given
        self._race("ImageAlreadyExistsException", "PutImage")

    def _race(self, code: str, operation: str) -> None:
        if self.races:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, operation)


@pytest.mark.parametrize("races", [False, True])
def test_an_image_arrives_with_its_digest_and_all_its_parts(address: str, races: bool) -> None:
    target = Target(races=races)
    assert copy_image(OURS, THEIRS, source=Source(address), target=target) == f"{THEIRS}@{DIGEST}"
    assert target.layers == PARTS
    assert list(target.images) == [DIGEST]
    assert target.largest == PART_BYTES, "a part is what ECR asks for, however large the layer"


def test_its_tag_keeps_it_and_is_of_no_kind_that_runs_take(address: str) -> None:
    target = Target()
    copy_image(OURS, THEIRS, source=Source(address), target=target)
    assert target.images[DIGEST]["imageTag"] == f"promoted-{DIGEST[7:19]}"


def test_what_is_there_is_copied_no_second_time(address: str) -> None:
    source, target = Source(address), Target(layers={digest_of(LAYER): LAYER})
    copy_image(OURS, THEIRS, source=source, target=target)
    assert source.downloads == [digest_of(CONFIG)]
    copy_image(OURS, THEIRS, source=source, target=target)
    assert source.downloads == [digest_of(CONFIG)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"manifest": ""}, "is not in its repository any more"),
        ({"manifest": MANIFEST + " "}, "another manifest than the digest names"),
        ({"kind": "application/vnd.oci.image.index.v1+json"}, "index.v1.json, which SageMaker does not run"),
    ],
)
def test_what_is_not_that_image_is_refused_and_nothing_is_copied(
    address: str, source: dict[str, str], message: str
) -> None:
    target = Target()
    with pytest.raises(TrainyardError, match=message):
        copy_image(OURS, THEIRS, source=Source(address, **source), target=target)
    assert (target.layers, target.images) == ({}, {})


@pytest.mark.parametrize("image", ["111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop:latest", "python:3"])
def test_an_image_that_is_not_named_by_digest_is_refused(image: str) -> None:
    with pytest.raises(UsageError, match="not one of ECR by digest"):
        image_digest(image)
