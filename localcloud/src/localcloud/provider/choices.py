"""Values that an API lists are checked before a call: AWS refuses others, botocore and moto let them pass."""

import difflib
from typing import Any

from localcloud.provider.errors import ProviderError

# Lists that grow faster than an SDK is raised.
_OPEN = ("InstanceType", "LocationConstraint", "Runtime")


def checked(client: Any) -> Any:
    """Return the client, from now on refusing values that its API's model does not list."""
    meta = getattr(client, "meta", None)
    if meta is not None:
        meta.events.register("before-parameter-build", _refuse, unique_id="localcloud-choices")
    return client


def _refuse(params: dict[str, Any], model: Any, **_: Any) -> None:
    if model.input_shape is not None:
        _look(model.name, model.input_shape, params)


def _look(path: str, shape: Any, value: Any) -> None:
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.members:
                _look(f"{path}.{name}", shape.members[name], item)
    elif shape.type_name == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            _look(f"{path}[{index}]", shape.member, item)
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, item in value.items():
            _look(f"{path}.{name}", shape.value, item)
    elif shape.type_name == "string" and isinstance(value, str):
        _choose(path, shape, value)


def _choose(path: str, shape: Any, value: str) -> None:
    choices = list(getattr(shape, "enum", None) or [])
    if not choices or value in choices or shape.name.endswith(_OPEN):
        return
    close = difflib.get_close_matches(value, choices, n=1)
    nearest = f" (nearest: {close[0]!r})" if close else ""
    raise ProviderError(f"{path} is {value!r}, AWS allows {', '.join(choices[:12])}{nearest}")
