"""The committed stack files of the bootstrap project, as Pulumi hands them to the program."""

import json
from typing import Any

import yaml

from stacks.bootstrap.outputs import PROJECT
from tests.harness.stack_files import ROOT

FOLDER = ROOT / "stacks" / "bootstrap"


def mapping(stack: str) -> dict[str, Any]:
    """Return what a stack file says, by key without namespace."""
    config = yaml.safe_load((FOLDER / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    return {key.removeprefix(f"{PROJECT}:"): value for key, value in config.items()}


def pulumi_config(tree: dict[str, Any]) -> dict[str, str]:
    """Return settings as Pulumi passes them: objects as JSON, all else as text."""
    return {
        f"{PROJECT}:{key}": json.dumps(value) if isinstance(value, dict) else str(value) for key, value in tree.items()
    }
