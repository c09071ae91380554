"""What a tracking server is to a step: a place that takes parameters, metrics, files and the data of a named run."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class TrackedRun(Protocol):
    """An open run; what it is told may be sent when it closes."""

    def parameters(self, values: Mapping[str, str]) -> None:
        """Record what the run was made with; the same name keeps its value."""
        ...

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Record numbers at a step, such as a training round."""
        ...

    def artifact(self, path: Path) -> None:
        """Record a file under its own name."""
        ...

    def dataset(self, name: str, digest: str, source: str) -> None:
        """Record which data was read, by the hash of its content."""
        ...


class Tracker(Protocol):
    """A tracking server."""

    @property
    def address(self) -> str:
        """Where it is, for messages."""
        ...

    def run(self, name: str, tags: Mapping[str, str]) -> AbstractContextManager[TrackedRun]:
        """Open the run of this name: the one that an earlier step began, else a new one."""
        ...
