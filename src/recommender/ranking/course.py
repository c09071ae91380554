"""The course of one booster's training: where it begins, what is kept after each block, when it is broken off."""

from dataclasses import dataclass, field
from typing import Protocol

from recommender.ranking.blocks import Progress
from recommender.ranking.checkpoints import Checkpoints
from recommender.ranking.hosts import Hosts
from recommender.ranking.interruption import Interrupted, Interruption


class Course(Protocol):
    """What `learn` asks between blocks."""

    def begin(self) -> Progress:
        """Return what there is to go on from."""
        ...

    def after_block(self, progress: Progress) -> None:
        """Take note of a block; an exception breaks training off."""
        ...


class Straight:
    """From the first tree to the last, with nothing kept between."""

    def begin(self) -> Progress:
        """Begin anew."""
        return Progress()

    def after_block(self, progress: Progress) -> None:
        """Go on."""


@dataclass(frozen=True, kw_only=True)
class Resumable:
    """From the newest checkpoint; the first host keeps one after each block, all end together when one is asked to."""

    booster: str
    checkpoints: Checkpoints
    interruption: Interruption
    hosts: Hosts = field(default_factory=Hosts)

    def begin(self) -> Progress:
        """Return the first host's newest checkpoint.

        Raises:
            BadCheckpoint: it is of another training.
        """
        progress = self.hosts.of_first(self.checkpoints.load(self.booster) if self.hosts.first else None)
        if progress.rounds:
            print(f"{self.booster}: goes on from a checkpoint of {progress.rounds} rounds", flush=True)
        return progress

    def after_block(self, progress: Progress) -> None:
        """Keep a checkpoint.

        Raises:
            Interrupted: a host was asked to end.
        """
        if self.hosts.first:
            self.checkpoints.save(self.booster, progress)
        if self.hosts.total(int(self.interruption.asked)):
            raise Interrupted(f"{self.booster}: interrupted after {progress.rounds} rounds, which are kept")
