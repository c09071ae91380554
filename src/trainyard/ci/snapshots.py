"""The newest snapshot of every service of an environment, kept by DVC, each with its pointer in the checkout."""

from collections.abc import Callable
from typing import Any

from pipelines.errors import RunRefused
from trainyard.data import versions
from trainyard.data.versions import DvcProject, Pointer
from trainyard.data.versions.pointer import orders_path
from trainyard.environment import Environment
from trainyard.errors import UsageError


def take(environment: Environment, project: DvcProject, s3: Any, say: Callable[[str], None]) -> dict[str, Pointer]:
    """Return the pointers by service; of a service that has no orders yet, only why there is none is said."""
    found = dict[str, Pointer]()
    for name in environment.platform.services:
        service = environment.service(name)
        try:
            origin = versions.fetch_newest(environment.platform, service, project.root / orders_path(name), s3)
        except (RunRefused, UsageError) as nothing:
            say(f"{name}: {nothing.what}")
            continue
        found[name] = versions.track(project, name, origin)
    return found
