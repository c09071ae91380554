"""Reads Pulumi's configuration: the only place that does."""

import json
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from stacks.settings import Settings, parse
from stacks.settings_error import NAMESPACE


def read_settings() -> Settings:
    """Return the settings of the selected stack.

    Raises:
        SettingsError: its file says something that is not allowed.
    """
    return parse(read_mapping(NAMESPACE), file_name())


def read_mapping(namespace: str) -> dict[str, Any]:
    """Return what the selected stack's file says under a namespace, by key without it."""
    # pulumi.Config gives single keys; all of them are needed to refuse unknown ones.
    values = {**get_config_env(), **CONFIG.get()}
    prefix = f"{namespace}:"
    return {key.removeprefix(prefix): _decoded(value) for key, value in values.items() if key.startswith(prefix)}


def file_name() -> str:
    """Return the name of the selected stack's file, for messages."""
    return f"Pulumi.{pulumi.get_stack()}.yaml"


def _decoded(value: Any) -> Any:
    """Return an object or a list as itself; Pulumi hands over both as JSON, and scalars as text."""
    return json.loads(value) if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") else value
