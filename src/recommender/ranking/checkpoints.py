"""Checkpoints: what a booster has learned so far, on the way to S3 while the job still runs.

A file is one line of JSON (of which training it is, how far, the digest of the rest), then the booster's bytes. It
appears under its name at once or not at all, since SageMaker copies the folder while it is written. The newest two of
each booster are kept: the newest may be cut off in S3.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import BadCheckpoint
from recommender.ranking.blocks import Progress

KEPT = 2
"""Of each booster."""
_NAME = re.compile(r"(?P<booster>[a-z]+)-(?P<rounds>\d{6})\.checkpoint")


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """The checkpoints of one training in a folder."""

    folder: Path
    identity: str
    """Of the training: whatever decides its result. Another's checkpoints are refused."""

    def save(self, booster: str, progress: Progress) -> None:
        """Keep a booster's progress, and drop what is older than the newest two."""
        header = {
            "identity": self.identity,
            "rounds": progress.rounds,
            "losses": {name: list(values) for name, values in progress.losses.items()},
            "digest": hashlib.sha256(progress.model).hexdigest(),
        }
        path = self.folder / f"{booster}-{progress.rounds:06d}.checkpoint"
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(json.dumps(header, sort_keys=True).encode() + b"\n" + progress.model)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        for old in self._newest_first(booster)[KEPT:]:
            old.unlink()

    def load(self, booster: str) -> Progress:
        """Return a booster's newest progress that can be read; none where there is no checkpoint.

        Raises:
            BadCheckpoint: there is one of another training.
        """
        for path in self._newest_first(booster):
            progress = self._read(path)
            if progress is not None:
                return progress
            print(f"{path.name} is damaged and is left out", flush=True)
        return Progress()

    def _newest_first(self, booster: str) -> list[Path]:
        matches = [(match, path) for path in self.folder.iterdir() if (match := _NAME.fullmatch(path.name))]
        mine = [(int(match["rounds"]), path) for match, path in matches if match["booster"] == booster]
        return [path for _, path in sorted(mine, reverse=True)]

    def _read(self, path: Path) -> Progress | None:
        line, _, model = path.read_bytes().partition(b"\n")
        try:
            header = json.loads(line)
            identity, digest = header["identity"], header["digest"]
            losses = {name: tuple(values) for name, values in header["losses"].items()}
            progress = Progress(rounds=header["rounds"], model=model, losses=losses)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        if identity != self.identity:
            raise BadCheckpoint(
                f"{path.name} is of another training ({identity[:12]}, this one is {self.identity[:12]}): its data, "
                "hyperparameters, hosts or XGBoost differ. Give each run a checkpoint address of its own, or empty "
                "this one to start anew"
            )
        return progress if hashlib.sha256(model).hexdigest() == digest else None
