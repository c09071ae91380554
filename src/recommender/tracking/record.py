"""What a step has to say of its run: gathered while it works, sent at its end, kept where that fails."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from recommender.container import write_json
from recommender.errors import RecommenderError
from recommender.tracking.interface import TrackedRun

FILE = "tracking.json"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The data that a run read."""

    name: str
    digest: str
    """The content's SHA-256."""
    source: str = ""
    """Where it lies; empty is where the run's origin says that the orders came from."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one step recorded."""

    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """Single numbers."""
    series: Mapping[str, Sequence[float]] = field(default_factory=dict[str, Sequence[float]])
    """A number a round, the first at step 0."""
    artifacts: Sequence[Path] = ()
    dataset: Dataset | None = None

    def tell(self, run: TrackedRun) -> None:
        """Tell an open run all of it."""
        run.parameters({name: str(value) for name, value in self.parameters.items()})
        run.metrics(self.metrics, step=0)
        for step in range(max(map(len, self.series.values()), default=0)):
            run.metrics({name: values[step] for name, values in self.series.items() if step < len(values)}, step=step)
        if self.dataset is not None:
            run.dataset(self.dataset.name, self.dataset.digest, self.dataset.source)
        for path in self.artifacts:
            run.artifact(path)

    def located(self, source: str) -> "Record":
        """Return it with the place of its data, where it does not say one itself."""
        if self.dataset is None or self.dataset.source:
            return self
        return replace(self, dataset=replace(self.dataset, source=source))

    def keep(self, folder: Path, name: str, tags: Mapping[str, str]) -> None:
        """Write it into a folder, files included, so that `read` finds it again."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.artifacts:
            shutil.copy2(path, folder / path.name)
        files = [path.name for path in self.artifacts]
        write_json(folder / FILE, {"run": name, "tags": dict(tags), **asdict(self), "artifacts": files})


def read(folder: Path) -> tuple[str, dict[str, str], Record]:
    """Return a kept record with its run's name and tags.

    Raises:
        RecommenderError: there is none, or it is damaged.
    """
    try:
        kept = json.loads((folder / FILE).read_text())
        name, tags, files, dataset = (kept.pop(key) for key in ("run", "tags", "artifacts", "dataset"))
        data = Dataset(**dataset) if dataset else None
        return name, tags, Record(**kept, artifacts=[folder / file for file in files], dataset=data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecommenderError(
            f"{folder / FILE} cannot be read as what a step recorded: {error}. Unpack the job's output there first"
        ) from error
