"""Dials that are changed one at a time, and what each of them may touch."""

import copy
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PREFIX = "trainyard:"
_UNCHANGED = ("same", "refresh", "read")


@dataclass(frozen=True)
class Dial:
    """One dial of one stack file with another value, and the steps that it leads to: resource to operation."""

    environment: str
    path: str
    value: Any
    steps: Mapping[str, str]

    @property
    def title(self) -> str:
        """The dial as the facts name it."""
        return f"{self.environment} {self.path}"


DIALS = (
    Dial(
        "dev",
        "services.0.serving.maximum_instances",
        5,
        {"recommender-scaling": "update", "outputs-service-recommender": "update"},
    ),
    Dial("dev", "services.0.endpoint_thresholds.latency_p99_ms", 2100, {"recommender-alarms-latency": "update"}),
    Dial("staging", "retention.capture_days", 31, {"data-capture-lifecycle": "update"}),
    Dial("prod", "notifications.emails", ["oncall@example.com"], {"notifications-email-d876c66b": "create"}),
    Dial("prod", "services.0.training.volume_gib", 31, {"outputs-service-recommender": "update"}),
)
"""Resources are named by their logical names, as the preview names them."""


def steps(preview: Mapping[str, Any]) -> dict[str, str]:
    """Return what a `pulumi preview --json` would do: logical name to operation, in the order of the names."""
    found = {str(step["urn"]).rsplit("::", 1)[1]: str(step["op"]) for step in preview.get("steps", ())}
    return {name: operation for name, operation in sorted(found.items()) if operation not in _UNCHANGED}


def listed(found: Mapping[str, str]) -> list[str]:
    """Return steps as text: `update recommender-scaling`."""
    return sorted(f"{operation} {name}" for name, operation in found.items())


def turned(content: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return what a stack file says, with one dial changed.

    Raises:
        KeyError: the file has no such dial.
    """
    result = copy.deepcopy(dict(content))
    first, *rest = path.split(".")
    node: Any = result["config"]
    keys: list[Any] = [PREFIX + first, *(int(part) if part.isdigit() else part for part in rest)]
    for key in keys[:-1]:
        node = node[key]
    if isinstance(node, dict) and keys[-1] not in node:
        raise KeyError(path)
    node[keys[-1]] = value
    return result


def write_turned(stack_files: Path, target: Path, environment: str, path: str, value: Any) -> Path:
    """Copy the local target's stack files to `target` with one dial changed, and return it; nothing else is touched."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(stack_files, target)
    file = target / f"Pulumi.{environment}.yaml"
    file.write_text(yaml.safe_dump(turned(yaml.safe_load(file.read_text()), path, value), sort_keys=False))
    return target
