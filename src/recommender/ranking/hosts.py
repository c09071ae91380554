"""The hosts that train together: each learns from its share of the customers, all come to the same trees.

XGBoost's collective adds up the histograms of all hosts after each split. A host that is lost, or that does not answer
for a minute, fails the training on every other one: SageMaker then ends the job, and the spot restart or the
pipeline's retry begins from the last checkpoint.
"""

import os
import socket
import sys
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.errors import HostLost
from recommender.ranking.deadline import Deadline
from recommender.ranking.interruption import Interrupted
from recommender.ranking.xgboost_library import xgboost

PORTS = range(20_000, 30_000)
"""One of the first host's, where the others find each other. XGBoost listens on all of a machine's addresses, so jobs
whose hosts share a machine, as on a local cloud, need different ones: it is drawn from the first host's address."""
START_SECONDS = 300
"""How long the hosts wait for each other: instances of a job start minutes apart."""
SILENT_SECONDS = 60
"""A host that does not answer for so long is lost."""
JOINING_SECONDS = START_SECONDS + 2 * SILENT_SECONDS
LEAVING_SECONDS = 4 * SILENT_SECONDS
"""Longer than all that XGBoost itself gives up after: these are for what it waits for without an end."""
_RETRIES = 16
"""Of finding the first host: XGBoost waits two seconds longer each time, about START_SECONDS in all."""


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """The hosts of one job, alike on each of them but for `current`."""

    names: tuple[str, ...] = ("algo-1",)
    current: str = "algo-1"

    @classmethod
    def read(cls, resources: Mapping[str, Any]) -> "Hosts":
        """Read them from resourceconfig.json; a single one where there is no such file."""
        if not resources:
            return cls()
        return cls(names=tuple(sorted(resources["hosts"])), current=resources["current_host"])

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.names)

    @property
    def index(self) -> int:
        """Which of them this is, from 0."""
        return self.names.index(self.current)

    @property
    def first(self) -> bool:
        """Whether this is the one that writes the model."""
        return self.index == 0

    def share(self, customers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which rows are this host's: all of a customer's, in all windows, so that no group is torn."""
        return customers % self.count == self.index

    def total(self, number: int) -> int:
        """Return the sum of a number over all hosts."""
        if self.count == 1:
            return number
        return int(xgboost.collective.allreduce(np.array([number]), xgboost.collective.Op.SUM)[0])

    def of_first(self, value: Any) -> Any:
        """Return the first host's value on all of them."""
        return value if self.count == 1 else xgboost.collective.broadcast(value, 0)

    @contextmanager
    def joined(self, explain: Callable[[str], None] = print) -> Generator[None]:
        """Have XGBoost work across all hosts inside the block.

        A host that can neither join nor leave in time ends its process, which ends the job.

        Args:
            explain: keeps the reason for which the process ends.

        Raises:
            HostLost: the hosts do not find each other, or one is lost meanwhile.
        """
        if self.count == 1:
            yield
            return
        try:
            address = socket.gethostbyname(self.names[0])
            deadline = Deadline(JOINING_SECONDS, LEAVING_SECONDS, lambda: self._give_up(explain))
            with (
                deadline.around(),
                self._tracking(address),
                xgboost.collective.CommunicatorContext(**self._arguments(address)),
                deadline.inside(),
            ):
                yield
        except (xgboost.core.XGBoostError, socket.gaierror) as error:
            raise HostLost(self._lost(_first_words(error))) from error

    def _lost(self, why: str) -> str:
        return (
            f"{self.current} cannot go on: of the hosts {', '.join(self.names)} one was lost, did not answer for "
            f"{SILENT_SECONDS} s or did not start within {START_SECONDS} s. See the log streams of the others, "
            f"then run the step again. ({why})"
        )

    def _give_up(self, explain: Callable[[str], None]) -> None:
        """End the process from another thread than the one that waits, which nothing else can reach."""
        reason = self._lost("XGBoost neither joined nor left the other hosts in time")
        explain(reason)
        print(f"train failed: {reason}", file=sys.stderr, flush=True)
        os._exit(1)

    @contextmanager
    def _tracking(self, address: str) -> Generator[None]:
        """Keep, on the first host, the list of the hosts, until all have signed off or one is lost."""
        if not self.first:
            yield
            return
        from xgboost.tracker import RabitTracker

        tracker = RabitTracker(self.count, address, port(address), sortby="task", timeout=START_SECONDS)
        tracker.start()
        try:
            yield
        except Interrupted:
            tracker.wait_for(SILENT_SECONDS)
            raise
        tracker.wait_for(SILENT_SECONDS)

    def _arguments(self, address: str) -> dict[str, Any]:
        return {
            "dmlc_communicator": "rabit",
            "dmlc_tracker_uri": address,
            "dmlc_tracker_port": port(address),
            # As text, so padded: the tracker sorts by it, and the first host has to be rank 0.
            "dmlc_task_id": f"{self.index:04d}",
            "dmlc_timeout": SILENT_SECONDS,
            "dmlc_retry": _RETRIES,
        }


def port(address: str) -> int:
    """Return the port of the first host at which the hosts meet, from its address."""
    return PORTS[zlib.crc32(address.encode()) % len(PORTS)]


def _first_words(error: Exception) -> str:
    lines = [line.strip("- ") for line in str(error).split("Stack trace")[0].splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
