"""Which instance takes the next request, and waiting until an instance has none left.

A switch of traffic replaces the table of targets in one step; requests under way end where they are. An instance is
counted as busy in the same step that chooses it, so that `drain` cannot miss a request.
"""

import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.instance import Instance

# Shares are sums of floats: ten times a tenth is a whole.
_ROUNDING = 1e-9


class NoInstanceError(AwsError):
    """No instance behind the endpoint can take the request."""

    code = "ServiceUnavailable"
    status = 503


@dataclass(eq=False)
class Target:
    """A share of an endpoint's traffic: the first `active` instances of a fleet.

    `mirror` is where copies of its requests go, if it has a shadow: a target whose weight is the share that is copied.
    """

    fleet: Fleet
    weight: float
    active: int
    mirror: "Target | None" = None
    balance: float = field(default=0.0, init=False)

    @property
    def variant(self) -> str:
        """The variant's name."""
        return self.fleet.spec.variant

    def instances(self) -> list[Instance]:
        """Return the instances that take this share now."""
        return self.fleet.serving()[: self.active]


@dataclass(frozen=True)
class Borrowed:
    """An instance chosen for one request."""

    target: Target
    instance: Instance


class Router:
    """Chooses instances by the targets' weights, then round-robin within a fleet."""

    def __init__(self) -> None:
        self._idle = threading.Condition()
        self._targets: tuple[Target, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """The table in force."""
        return self._targets

    def switch(self, targets: Sequence[Target]) -> None:
        """Put a new table in force; the next request already follows it."""
        with self._idle:
            self._targets = tuple(targets)

    @contextmanager
    def borrow(self, variant: str | None = None, avoid: Instance | None = None) -> Generator[Borrowed]:
        """Choose an instance (of `variant`, if given) for one request and keep it from being stopped meanwhile.

        Raises:
            NoInstanceError: none can take it.
        """
        with self._idle:
            chosen = self._choose(variant, avoid)
            chosen.instance.in_flight += 1
        try:
            yield chosen
        finally:
            self.give_back(chosen)

    def borrow_mirror(self, mirror: Target) -> Borrowed | None:
        """Choose a shadow's instance for the copy of a request, if the copy is in its share; `give_back` ends it."""
        with self._idle:
            mirror.balance += mirror.weight
            if mirror.balance < 1 - _ROUNDING:
                return None
            mirror.balance -= 1
            instances = mirror.instances()
            if not instances:
                return None
            chosen = Borrowed(mirror, instances[mirror.fleet.next_turn() % len(instances)])
            chosen.instance.in_flight += 1
            return chosen

    def give_back(self, chosen: Borrowed) -> None:
        """Note that a request has ended."""
        with self._idle:
            chosen.instance.in_flight -= 1
            self._idle.notify_all()

    def active(self, variant: str) -> int:
        """Return how many instances of a variant take traffic or copies of it now."""
        parts = [part for target in self._targets for part in (target, target.mirror) if part is not None]
        return len({instance.id for part in parts if part.variant == variant for instance in part.instances()})

    def drain(self, instances: Sequence[Instance], timeout_seconds: float, stop: threading.Event) -> bool:
        """Wait until the instances, which take no new requests, have none under way; return whether they have none."""
        deadline = time.monotonic() + timeout_seconds
        with self._idle:
            while any(instance.in_flight for instance in instances):
                left = deadline - time.monotonic()
                if left <= 0 or stop.is_set():
                    return False
                self._idle.wait(min(left, 0.5))
        return True

    def _choose(self, variant: str | None, avoid: Instance | None) -> Borrowed:
        able: list[tuple[Target, list[Instance]]] = []
        for target in self._targets:
            instances = [item for item in target.instances() if item is not avoid]
            if instances and variant in (None, target.variant) and (target.weight > 0 or variant):
                able.append((target, instances))
        if not able:
            raise NoInstanceError("No instance of the endpoint can serve the request now. Please try again.")
        target, instances = _heaviest(able)
        return Borrowed(target, instances[target.fleet.next_turn() % len(instances)])


def _heaviest(able: list[tuple[Target, list[Instance]]]) -> tuple[Target, list[Instance]]:
    """Choose by smooth weighted round-robin: shares are exact over any short run of requests, not only on average."""
    total = sum(target.weight for target, _ in able)
    for target, _ in able:
        target.balance += target.weight
    best = max(able, key=lambda pair: pair[0].balance)
    best[0].balance -= total
    return best
