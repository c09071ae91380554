"""SageMaker, executed: models, endpoints, jobs and pipelines that really run."""

import importlib
from types import ModuleType

from localcloud.cloud import Cloud

_MODULES = (
    "models",
    "endpoint_configs",
    "packages",
    "tags",
    "processing",
    "training",
    "transform",
    "pipelines",
    "endpoints",
    "mlflow_apps",
)


def load() -> list[ModuleType]:
    """Import every module that serves operations, which registers them, and return the modules."""
    return [importlib.import_module(f"{__name__}.{name}") for name in _MODULES]


def start(cloud: Cloud) -> None:
    """Let every module recover what it ran before the cloud was last stopped; called once the cloud listens."""
    for module in load():
        recover = getattr(module, "start", None)
        if recover is not None:
            recover(cloud)


def stop(cloud: Cloud) -> None:
    """Let every module deliver what it still holds and end its processes; called while the cloud still answers."""
    for module in load():
        end = getattr(module, "stop", None)
        if end is not None:
            end(cloud)
