"""What a target receives: the event, a part of it, a constant, or a text made of its parts. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")


def message_of(target: Mapping[str, Any], event: Event, *, rule_name: str, rule_arn: str) -> str:
    """Return the message that `target` (as PutTargets takes it) gets for `event`."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(value_at(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values: dict[str, Any] = {
        name: value_at(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()
    }
    values |= {
        "aws.events.rule-name": rule_name,
        "aws.events.rule-arn": rule_arn,
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event.get("time"),
    }
    return _filled(transformer["InputTemplate"], values)


def value_at(event: Event, path: str) -> Any:
    """Return what lies at a JSON path such as `$.detail.items[0].name`, or None."""
    value: Any = event
    for step in re.findall(r"[^.\[\]$]+", path):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def _filled(template: str, values: Mapping[str, Any]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        value = values[match[1]]
        quoted = len(re.findall(r'(?<!\\)"', template[: match.start()])) % 2 == 1
        if not quoted:
            return json.dumps(value)
        # Inside a string of the template a text stands as it is; escapes keep the whole valid JSON.
        return json.dumps(value if isinstance(value, str) else json.dumps(value))[1:-1]

    return _PLACEHOLDER.sub(fill, template)
