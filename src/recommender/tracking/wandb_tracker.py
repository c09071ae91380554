"""Weights & Biases: the second tracker, for teams that have it.

Needs the extra `wandb`. Its own variables hold the key and the mode: WANDB_API_KEY, WANDB_MODE=offline.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_INIT_SECONDS = 20


class WandbRun:
    """A run of Weights & Biases."""

    def __init__(self, run: Any) -> None:
        self._run = run

    def parameters(self, values: Mapping[str, str]) -> None:
        """Record the run's config."""
        self._run.config.update(dict(values), allow_val_change=True)

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Record numbers with their own step: its counter never goes back, and a run has several steps that count."""
        if values:
            self._run.log({**values, "round": step})

    def artifact(self, path: Path) -> None:
        """Record a file."""
        self._run.save(str(path), base_path=str(path.parent), policy="now")

    def dataset(self, name: str, digest: str, source: str) -> None:
        """Record the data in the config: an artifact of its own would upload it."""
        self._run.config.update({"dataset": name, "data_hash": digest, "data_source": source}, allow_val_change=True)


class WandbTracker:
    """A project of Weights & Biases; a step's run is resumed by its name."""

    def __init__(self, project: str, group: str) -> None:
        self.address = project
        self._group = group

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str]) -> Generator[WandbRun, None, None]:
        """Open the run of this name; tags are part of its config, since those of W&B have no values."""
        import wandb

        opened: Any = wandb.init(
            project=self.address,
            group=self._group,
            name=name,
            id=name,
            resume="allow",
            config=dict(tags),
            settings=wandb.Settings(init_timeout=_INIT_SECONDS, silent=True, disable_git=True, console="off"),
        )
        try:
            yield WandbRun(opened)
        except BaseException:
            opened.finish(exit_code=1)
            raise
        opened.finish()
        wandb.teardown()  # the service writes what it still holds, and does not outlive the step
