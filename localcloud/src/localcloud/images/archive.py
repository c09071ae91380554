"""Builds an image from folders of code: one layer, a config and a manifest, the same bytes for the same input."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
PYTHON_LABEL = "trainyard.localcloud.python"
"""The label of the config that names the interpreter which stands for `python` in the image."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """An image ready to be pushed: the JSON of manifest and config, and the compressed layer."""

    manifest: str
    config: str
    layer: bytes

    @property
    def digest(self) -> str:
        """The image's digest, by which ECR knows it."""
        return digest_of(self.manifest.encode())


def digest_of(content: bytes) -> str:
    """Return the digest of some bytes in the way of OCI."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def build(
    sources: Sequence[Path], *, entrypoint: Sequence[str], environment: Mapping[str, str], python: str
) -> Archive:
    """Return the image of some package folders, each kept under its own name.

    Args:
        sources: the folders; `__pycache__` and compiled files are left out.
        entrypoint: the argument vector; `python` in it means the interpreter.
        environment: what the container's environment holds beside SageMaker's own.
        python: the interpreter that runs the image, an absolute path.
    """
    plain = _tar(sources)
    layer = gzip.compress(plain, mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {
                "Entrypoint": list(entrypoint),
                "Env": [f"{key}={value}" for key, value in sorted(environment.items())],
                "Labels": {PYTHON_LABEL: python},
            },
            "rootfs": {"type": "layers", "diff_ids": [digest_of(plain)]},
        },
        sort_keys=True,
    )
    return Archive(manifest=_manifest(config.encode(), layer), config=config, layer=layer)


def _manifest(config: bytes, layer: bytes) -> str:
    parts = {"schemaVersion": 2, "mediaType": _MANIFEST_TYPE}
    described = {"mediaType": _CONFIG_TYPE, "digest": digest_of(config), "size": len(config)}
    layers = [{"mediaType": _LAYER_TYPE, "digest": digest_of(layer), "size": len(layer)}]
    return json.dumps({**parts, "config": described, "layers": layers})


def _tar(sources: Sequence[Path]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for source in sources:
            for path in _files(source):
                entry = tarfile.TarInfo(str(Path(source.name) / path.relative_to(source)))
                content = path.read_bytes()
                entry.size, entry.mode = len(content), 0o755 if path.stat().st_mode & 0o100 else 0o644
                archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _files(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path
