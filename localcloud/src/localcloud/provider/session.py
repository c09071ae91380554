"""What a handler works with: clients of one account, its region, the default tags, and a way to wait."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from localcloud.provider.choices import checked
from localcloud.provider.errors import ProviderError
from localcloud.provider.recorded import Records
from localcloud.provider.values import UNKNOWN, Props

Clients = Callable[[str, str], Any]
"""`clients(service, region)`: a boto3 client."""


def boto_clients() -> Clients:
    """Return a factory of boto3 clients that shares one session and its connections."""
    import boto3
    from botocore.config import Config

    session = boto3.Session()
    config = Config(max_pool_connections=64, retries={"mode": "standard", "total_max_attempts": 4}, read_timeout=120)
    return lambda service, region: session.client(service, region_name=region, config=config)


@dataclass
class Session:
    """One configured provider's view of the cloud."""

    clients: Clients
    region: str
    records: Records
    default_tags: Mapping[str, str] = field(default_factory=dict)
    ignored_tags: frozenset[str] = frozenset()
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of a service; building one is not thread-safe in boto3, so it happens under a lock."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = checked(self.clients(*key))
            return self._clients[key]

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """Return what STS says of the caller."""
        return self.client("sts").get_caller_identity()

    @property
    def account(self) -> str:
        """Return the caller's account."""
        return self.identity["Account"]

    @property
    def partition(self) -> str:
        """Return the partition of the region: `aws`, `aws-cn`, `aws-us-gov`."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """Return the ARN of a resource of this account."""
        return f"arn:{self.partition}:{service}:{region or self.region}:{self.account}:{resource}"

    def all_tags(self, tags: Any) -> Any:
        """Return the tags a resource ends up with: the provider's defaults, overridden by its own."""
        if tags is UNKNOWN:
            return UNKNOWN
        return {**self.default_tags, **(tags or {})}

    def until(self, done: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Ask again and again until `done`.

        Raises:
            ProviderError: it took longer than `seconds`; `what` says what was waited for.
        """
        end, pause = self.now() + seconds, 0.05
        while not done():
            if self.now() > end:
                raise ProviderError(f"waited {seconds:.0f} s for {what}")
            self.sleep(pause)
            pause = min(pause * 1.5, 2.0)


def region_of(props: Props) -> str | None:
    """Return the region a resource asks for, None for the provider's."""
    region = props.get("region")
    return region if isinstance(region, str) else None
