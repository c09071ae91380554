"""The committed stack files, as Pulumi hands them to the program."""

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "staging", "prod")


def raw(stack: str) -> dict[str, Any]:
    """Return what a stack file says, by full key, as YAML reads it."""
    return yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]


def mapping(stack: str) -> dict[str, Any]:
    """Return what a stack file says, by key without namespace."""
    return {key.partition(":")[2]: value for key, value in raw(stack).items()}


def pulumi_config(stack: str) -> dict[str, str]:
    """Return what a stack file says as Pulumi passes it: objects as JSON, all else as text."""
    return {key: json.dumps(value) if _structured(value) else str(value) for key, value in raw(stack).items()}


def _structured(value: object) -> bool:
    return isinstance(value, (dict, list, bool))
