"""Puts a local cloud together: the one place that knows every part."""

import json
import logging
import sys
from dataclasses import dataclass

from localcloud import functions, sagemaker, tagged
from localcloud.alarms import AlarmStates, Evaluator
from localcloud.alarms import cloudwatch as alarm_operations
from localcloud.alarms.actions import Actions
from localcloud.autoscaling import Scaler
from localcloud.certificates import Authority
from localcloud.clients import Clients
from localcloud.clock import Clock
from localcloud.cloud import Cloud
from localcloud.control_plane import ControlPlane
from localcloud.events import EventBridge
from localcloud.events.scheduled_rules import ScheduledRules
from localcloud.home import Home, Ports
from localcloud.images import EcrImages
from localcloud.images.shelf import Shelf
from localcloud.journal import Journal
from localcloud.metrics import MetricStore
from localcloud.metrics import cloudwatch as metric_operations
from localcloud.proxy import Proxy
from localcloud.server import Front, Server
from localcloud.store import Store

log = logging.getLogger(__name__)

# A request to an endpoint needs the interpreter several times, and may wait so long for it each time that moto or an
# alarm computes; Python's own 5 ms add up to more than the container takes.
_SWITCH_SECONDS = 0.0005


@dataclass
class RunningCloud:
    """A cloud that listens, and how to stop it."""

    cloud: Cloud
    evaluator: Evaluator
    _plane: ControlPlane
    _server: Server
    _metrics: MetricStore
    _actions: Actions
    _proxy: Proxy

    def stop(self) -> None:
        """Stop listening, let every thread end, and close the files."""
        functions.stop(self.cloud)
        sagemaker.stop(self.cloud)
        self.cloud.stopping.set()
        self._actions.stop()
        alarm_operations.ignore()
        self._server.stop()
        metric_operations.detach()
        tagged.detach()
        self._plane.close()
        self._metrics.close()
        self.cloud.store.close()


def run(home: Home, ports: Ports, speed: float = 1.0) -> RunningCloud:
    """Build the cloud of `home`, replay what it remembers, listen, and recover what ran; return once it is ready.

    Only one cloud can run a process: moto's state is the process's.
    """
    home.create()
    sys.setswitchinterval(_SWITCH_SECONDS)
    plane = ControlPlane(Journal(home.journal))
    metrics = MetricStore(home.metrics)
    metric_operations.attach(metrics)
    requests, problems = plane.restore()
    (home.root / "recovered.json").write_text(json.dumps({"requests": requests, "problems": problems}))
    cloud = build(home, ports, speed, plane=plane, metrics=metrics)
    sagemaker.load()
    functions.attach(cloud)
    tagged.attach(cloud.store)
    server = Server(Front(cloud, plane), ports.api)
    server.start()
    actions = Actions(cloud.bus, cloud.client)
    alarm_operations.listen(actions.submit)
    evaluator = Evaluator(metrics, cloud.clock, cloud.client, plane.lock)
    proxy = Proxy(ports.proxy, ports.api, Authority(home.certificates))
    proxy.start()
    sagemaker.start(cloud)
    functions.start(cloud)
    cloud.spawn(lambda: evaluator.run(cloud.stopping), "alarms")
    scaler = Scaler(cloud, evaluator, metrics)
    cloud.spawn(lambda: scaler.run(cloud.stopping), "autoscaling")
    scheduled = ScheduledRules(cloud, plane.lock)
    cloud.spawn(lambda: scheduled.run(cloud.stopping), "scheduled-rules")
    return RunningCloud(cloud, evaluator, plane, server, metrics, actions, proxy)


def build(home: Home, ports: Ports, speed: float, *, plane: ControlPlane, metrics: MetricStore) -> Cloud:
    """Return the cloud of `home` with all its parts, not yet listening."""
    endpoint_url = f"http://127.0.0.1:{ports.api}"
    clients = Clients(endpoint_url)
    return Cloud(
        home=home.root,
        endpoint_url=endpoint_url,
        store=Store(home.documents),
        clock=Clock(speed),
        bus=EventBridge(clients),
        metrics=metrics,
        alarms=AlarmStates(plane.lock),
        images=EcrImages(Shelf(home.images), clients),
        client=clients,
    )
