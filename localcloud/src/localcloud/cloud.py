"""The running local cloud as its services see it: state, time, events, metrics, images, and clients of itself."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from localcloud.clock import Clock
from localcloud.scope import Scope
from localcloud.store import Store


class EventBus(Protocol):
    """Puts an event on an account's default EventBridge bus; rules and their targets take it from there."""

    def emit(
        self, scope: Scope, *, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str]
    ) -> None:
        """Deliver one event; failures of a target are logged, never raised to the emitter."""
        ...


class MetricSink(Protocol):
    """Takes data points and makes them visible to CloudWatch's read operations and to alarms."""

    def publish(
        self,
        scope: Scope,
        *,
        namespace: str,
        name: str,
        unit: str,
        dimensions: Mapping[str, str],
        values: Sequence[float],
    ) -> None:
        """Record `values`, all observed now, in `unit`, under one exact set of dimensions."""
        ...


class Alarms(Protocol):
    """What a deployment asks of alarms."""

    def states(self, scope: Scope, names: Sequence[str]) -> dict[str, str]:
        """Return the state (`OK`, `ALARM`, `INSUFFICIENT_DATA`) of each named alarm; an unknown name is absent."""
        ...


@dataclass(frozen=True)
class Image:
    """A container image as the local cloud runs it: a root folder with code, an interpreter, and an entrypoint.

    `entrypoint` is a full argument vector; `root` is put first on PYTHONPATH and is the working directory.
    """

    uri: str
    digest: str
    root: Path
    entrypoint: tuple[str, ...]
    environment: Mapping[str, str]


class Images(Protocol):
    """Resolves an image reference as ECR would."""

    def resolve(self, scope: Scope, uri: str) -> Image:
        """Return the image behind `uri` (by tag or digest).

        Raises:
            ValidationError: no such repository, tag or digest, or an AWS image that is not emulated.
        """
        ...


@dataclass
class Cloud:
    """One running local cloud. Services receive it with each call and keep their state in `store`."""

    home: Path
    endpoint_url: str
    store: Store
    clock: Clock
    bus: EventBus
    metrics: MetricSink
    alarms: Alarms
    images: Images
    client: Callable[[str, Scope], Any]
    """`client(service, scope)`: a boto3 client of this cloud, with that account's credentials; cached."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the cloud shuts down; every waiting thread must watch it."""

    def spawn(self, target: Callable[[], None], name: str) -> threading.Thread:
        """Run `target` on a daemon thread of that name and return the thread."""
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread
