"""Puts a local cloud together: the one place that knows every part."""

import json
import logging
from dataclasses import dataclass

from localcloud import sagemaker
from localcloud.alarms import AlarmStates
from localcloud.clients import Clients
from localcloud.clock import Clock
from localcloud.cloud import Cloud
from localcloud.control_plane import ControlPlane
from localcloud.events import EventBridge
from localcloud.home import Home, Ports
from localcloud.images import EcrImages
from localcloud.journal import Journal
from localcloud.metrics import MetricStore
from localcloud.server import Front, Server
from localcloud.store import Store

log = logging.getLogger(__name__)


@dataclass
class RunningCloud:
    """A cloud that listens, and how to stop it."""

    cloud: Cloud
    _plane: ControlPlane
    _server: Server

    def stop(self) -> None:
        """Stop listening, let every thread end, and close the files."""
        self.cloud.stopping.set()
        self._server.stop()
        self._plane.close()
        self.cloud.store.close()


def run(home: Home, ports: Ports, speed: float = 1.0) -> RunningCloud:
    """Build the cloud of `home`, replay what it remembers, listen, and recover what ran; return once it is ready.

    Only one cloud can run a process: moto's state is the process's.
    """
    home.create()
    plane = ControlPlane(Journal(home.journal))
    count, problems = plane.restore()
    (home.root / "recovered.json").write_text(json.dumps({"requests": count, "problems": problems}))
    cloud = build(home, ports, speed)
    sagemaker.load()
    server = Server(Front(cloud, plane), ports.api)
    server.start()
    sagemaker.start(cloud)
    return RunningCloud(cloud, plane, server)


def build(home: Home, ports: Ports, speed: float = 1.0) -> Cloud:
    """Return the cloud of `home` with all its parts, not yet listening."""
    endpoint_url = f"http://127.0.0.1:{ports.api}"
    clients = Clients(endpoint_url)
    return Cloud(
        home=home.root,
        endpoint_url=endpoint_url,
        store=Store(home.documents),
        clock=Clock(speed),
        bus=EventBridge(clients),
        metrics=MetricStore(),
        alarms=AlarmStates(),
        images=EcrImages(home.images),
        client=clients,
    )
