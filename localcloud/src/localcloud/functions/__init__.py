"""Lambda, executed: functions that run as processes over AWS's own Runtime API."""

import importlib

from localcloud.cloud import Cloud
from localcloud.events import delivery
from localcloud.functions.executor import close, executor_of
from localcloud.functions.service import SERVICE, dispatch

__all__ = ["SERVICE", "attach", "dispatch", "start", "stop"]

_MODULES = ("operations", "settings", "invoke", "urls", "sources")


def attach(cloud: Cloud) -> None:
    """Register the operations, and take what rules and topics deliver; called before the cloud listens."""
    for name in _MODULES:
        importlib.import_module(f"{__name__}.{name}")
    importlib.import_module(f"{__name__}.sources").attach(cloud)


def start(cloud: Cloud) -> None:
    """Go on with the events that the last stop left; called once the cloud listens."""
    executor_of(cloud)


def stop(cloud: Cloud) -> None:
    """End all processes and take no more events; called while the cloud still answers."""
    delivery.ignore()
    close(cloud)
