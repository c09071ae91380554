"""Writes docs/configuration.md from the settings: `python -m stacks.configuration_page > docs/configuration.md`."""

import json
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from stacks.bootstrap.outputs import PROJECT
from stacks.bootstrap.settings import Settings as BootstrapSettings
from stacks.settings import Settings
from stacks.settings_error import NAMESPACE

HEAD = """# Configuration

Every dial of an environment, as its stack file (`Pulumi.<environment>.yaml`) names it. All of them stand in every stack
file, in the same order. This page is generated from `stacks/settings/`: `make docs`.

| dial | type | what it is for |
|---|---|---|
"""


BOOTSTRAP_HEAD = """
## The bootstrap project

What an account has once (`stacks/bootstrap/Pulumi.<environment>.yaml`), brought up by `trainyard bootstrap`. Everything
that may be there already has a setting under `existing`: what is named there is used, and never declared.

| dial | type | what it is for |
|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + _table(Settings, NAMESPACE) + BOOTSTRAP_HEAD + _table(BootstrapSettings, PROJECT)


def _table(model: type[BaseModel], namespace: str) -> str:
    rows = _rows(model, f"{namespace}:", model.model_json_schema())
    return "".join(f"| `{path}` | {kind} | {text} |\n" for path, kind, text in rows)


def _rows(model: type[BaseModel], prefix: str, schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        inner, listed = _nested(field.annotation)
        path = f"{prefix}{name}{'[]' if listed and inner else ''}"
        text = " ".join((field.description or (inner.__doc__ if inner else "") or "").split())
        yield path, _kind(model, name), text
        if inner is not None:
            yield from _rows(inner, f"{path}.", schema)


def _nested(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    if typing.get_origin(annotation) is list:
        inner, _ = _nested(typing.get_args(annotation)[0])
        return inner, True
    return None, False


def _kind(model: type[BaseModel], name: str) -> str:
    schema = model.model_json_schema()["properties"][name]
    shown = {
        key: schema[key]
        for key in ("type", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum")
        if key in schema
    }
    kind = str(shown.pop("type", "mapping"))
    # A pattern may hold the character that separates the columns of the table.
    limits = ", ".join(f"{key} {json.dumps(value)}" for key, value in shown.items()).replace("|", "\\|")
    return f"{kind}, {limits}" if limits else kind


if __name__ == "__main__":
    print(page(), end="")
