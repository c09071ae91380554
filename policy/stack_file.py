"""What the stack that is being judged says of itself.

The dials are those of the stack in question, never a second copy in the pack's own configuration. An engine that hands
over the stack's configuration in the environment (`PULUMI_CONFIG`) is believed first: that is what is in force. Others
are followed by name: the stack's name is in every URN, and its file stands where the engine runs, or beside the pack.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from stacks.rules import Context
from stacks.settings import SettingsError, parse
from stacks.settings_error import NAMESPACE
from stacks.stack_file import read_mapping

_ROOT = Path(__file__).resolve().parents[1]


def context(stack: str) -> Context:
    """Return what the rules need to know of a stack.

    Raises:
        SettingsError: its file is missing, or says something that is not allowed.
    """
    file = f"Pulumi.{stack}.yaml"
    return Context.of(parse(read_mapping(NAMESPACE) or _written(file), file), stack)


def _written(file: str) -> dict[str, Any]:
    path = next((each for each in (Path.cwd() / file, _ROOT / file) if each.exists()), None)
    if path is None:
        raise SettingsError(f"{NAMESPACE}:", f"cannot be read: there is no {file} in {Path.cwd().name} or above", file)
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{NAMESPACE}:", f"cannot be read: {' '.join(str(error).split())}", file) from None
    values = cast(Mapping[str, Any], (content or {}).get("config") or {})
    prefix = f"{NAMESPACE}:"
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
