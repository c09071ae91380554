"""What a training left: its archive, file by file, and how good it was."""

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from botocore.exceptions import ClientError

from trainyard.registry.archive import Place, blocks

DOCUMENT, ENVIRONMENT = "model.json", "environment.json"
"""Files of an archive: what the model is, and where it was trained."""

_NOT_COMPARED = ("latency",)
"""Beginnings of the names of what depends on how busy the machine was."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """One training's result."""

    archive_sha256: str
    files: Mapping[str, str]
    """SHA-256 by the name of each file in the archive."""
    document: Mapping[str, Any]
    """model.json, each value by its path, such as `hyperparameters.max_depth`."""
    environment: Mapping[str, Any]
    """environment.json likewise; empty where the archive has none."""
    metrics: Mapping[str, float]
    """Of the model on its holdout; empty where no evaluation is kept."""
    data_hash: str
    """Of what it was evaluated on; empty where no evaluation is kept."""


def read_made(archive: Place, evaluation: Place) -> Made:
    """Read an archive, and the evaluation.json that goes with it."""
    judged = _json(evaluation)
    with fetched(archive) as (sha256, file):
        files, documents = content(file)
    return Made(
        archive_sha256=sha256,
        files=files,
        document=flat(documents.get(DOCUMENT, {})),
        environment=flat(documents.get(ENVIRONMENT, {})),
        metrics=metrics(judged),
        data_hash=str(judged.get("data_hash", "")),
    )


@contextmanager
def fetched(archive: Place) -> Generator[tuple[str, IO[bytes]]]:
    """Give an archive's hash and its bytes, from the beginning, in a file that goes afterwards."""
    with tempfile.TemporaryFile() as file:
        digest = hashlib.sha256()
        for block in blocks(archive):
            digest.update(block)
            file.write(block)
        file.seek(0)
        yield digest.hexdigest(), file


def content(archive: IO[bytes]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the hash of each file of a tar.gz by name, and the two documents among them."""
    files, documents = dict[str, str](), dict[str, Any]()
    with tarfile.open(fileobj=archive, mode="r:gz") as opened:
        for member in opened:
            file = opened.extractfile(member)
            if file is None:  # a folder
                continue
            name = member.name.removeprefix("./")
            read = file.read()
            files[name] = hashlib.sha256(read).hexdigest()
            if name in (DOCUMENT, ENVIRONMENT):
                documents[name] = json.loads(read)
    return files, documents


def flat(document: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return the values of nested mappings by their path."""
    found = dict[str, Any]()
    for name, value in document.items():
        path = f"{above}{name}"
        found |= flat(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return found


def metrics(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of an evaluation that say how good the challenger is."""
    challenger = evaluation.get("models", {}).get("challenger") or {}
    return {
        name: float(value)
        for name, value in challenger.items()
        if isinstance(value, int | float) and not name.startswith(_NOT_COMPARED)
    }


def _json(place: Place) -> dict[str, Any]:
    try:
        return json.loads(b"".join(blocks(place)))
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return {}
