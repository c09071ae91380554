"""Where a local cloud keeps its state: one folder, with the ports it was given at its first start."""

import contextlib
import json
import os
import random
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

_SERVERS_PORTS = range(20_000, 32_768)
"""Below those that Linux and macOS give to connections of clients."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The TCP ports of one local cloud on 127.0.0.1."""

    api: int
    proxy: int


@dataclass(frozen=True)
class Home:
    """The folder of one local cloud; everything it remembers lies below `root`."""

    root: Path

    @classmethod
    def locate(cls, given: Path | None = None) -> "Home":
        """Return the home named by `given`, else by LOCALCLOUD_HOME, else the user's state folder."""
        root = given or os.environ.get("LOCALCLOUD_HOME") or platformdirs.user_state_path("localcloud")
        return cls(Path(root).expanduser().resolve())

    def create(self) -> None:
        """Create the folders below the home; existing ones stay."""
        for folder in (self.root, self.images, self.journal, self.certificates):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def images(self) -> Path:
        """The folder of pushed images, one folder a digest."""
        return self.root / "images"

    @property
    def journal(self) -> Path:
        """The folder of the control plane's journal."""
        return self.root / "journal"

    @property
    def certificates(self) -> Path:
        """The folder of the proxy's certificate authority."""
        return self.root / "certificates"

    @property
    def documents(self) -> Path:
        """The database of SageMaker's documents."""
        return self.root / "documents.sqlite3"

    @property
    def metrics(self) -> Path:
        """The database of metric data points."""
        return self.root / "metrics.sqlite3"

    @property
    def log(self) -> Path:
        """The log of the daemon."""
        return self.root / "cloud.log"

    @property
    def state(self) -> Path:
        """The file that says which process serves this home, and where."""
        return self.root / "cloud.json"

    @property
    def lock(self) -> Path:
        """The file that the serving process holds locked."""
        return self.root / "cloud.lock"

    def ports(self) -> Ports:
        """Return the ports kept from an earlier start where they are free, else free ones, and keep them."""
        file = self.root / "ports.json"
        kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        ports = Ports(api=_free_port(kept.get("api")), proxy=_free_port(kept.get("proxy")))
        file.write_text(json.dumps({"api": ports.api, "proxy": ports.proxy}))
        return ports


def _free_port(preferred: int | None) -> int:
    """Return a port that nobody listens at, and that no client's connection takes before the cloud does."""
    drawn = random.sample(_SERVERS_PORTS, 20)
    for candidate in drawn if preferred is None else (preferred, *drawn):
        with socket.socket() as probe:
            # A port in TIME_WAIT after a restart is free for a server; without this the endpoint URL would move.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                return candidate
    raise OSError("no free TCP port on 127.0.0.1")
