"""The resources of a preview as the rules and the price list look at them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from stacks.rules import UNKNOWN, Resource
from trainyard.preview.concealing import SECRET
from trainyard.preview.difference import INTERNAL
from trainyard.preview.urn import Urn, provider_urn

Step = Mapping[str, Any]


def before(steps: Sequence[Step]) -> tuple[Resource, ...]:
    """Return what exists."""
    return _each_once(step.get("oldState") for step in steps)


def after(steps: Sequence[Step]) -> tuple[Resource, ...]:
    """Return what would exist."""
    return _each_once(step.get("newState") for step in steps)


def _each_once(states: Any) -> tuple[Resource, ...]:
    found = {str(state["urn"]): _resource(state) for state in states if state}
    return tuple(found.values())


def _resource(state: Mapping[str, Any]) -> Resource:
    urn = str(state["urn"])
    inputs = cast(Mapping[str, Any], state.get("inputs") or {})
    return Resource(
        urn=urn,
        type=str(state.get("type") or Urn(urn).type),
        name=Urn(urn).name,
        inputs={key: _judgeable(value) for key, value in inputs.items() if key not in INTERNAL},
        protect=bool(state.get("protect")),
        provider=provider_urn(str(state.get("provider", ""))),
        references=state.get("propertyDependencies") or {},
    )


def _judgeable(value: Any) -> Any:
    """Return a value with secrets as unknown: nobody can judge what nobody may see."""
    if isinstance(value, Mapping):
        return {key: _judgeable(inner) for key, inner in cast(Mapping[str, Any], value).items()}
    if isinstance(value, list):
        return [_judgeable(inner) for inner in cast(list[Any], value)]
    return UNKNOWN if value == SECRET else value
