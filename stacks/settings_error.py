"""What is wrong with a stack file, as one paragraph: key path, value, what is allowed, file to change."""

import difflib
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

NAMESPACE = "trainyard"
Path = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


class SettingsError(ValueError):
    """A setting is not allowed.

    Args:
        key: path of the key, such as `trainyard:network.zones[0]`.
        problem: the value it has and what is allowed instead, without a full stop.
        file: the file to change.
    """

    def __init__(self, key: str, problem: str, file: str) -> None:
        super().__init__(f"{key} {problem}. Change it in {file}.")
        self.key = key
        self.file = file


def explain(model: type[Model], mapping: Mapping[str, Any], file: str, namespace: str = NAMESPACE) -> Model:
    """Return `mapping`, the settings of a project's namespace, as `model`.

    Raises:
        SettingsError: it does not fit; the first problem is named, and how many more there are.
    """
    try:
        return model.model_validate(mapping)
    except ValidationError as error:
        # A misspelt key is both unknown and missing: the unknown one says what to correct.
        problems = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        problem = _problem(model, problems[0])
        if len(problems) > 1:
            problem += f" (and {len(problems) - 1} more)"
        raise SettingsError(key_path(problems[0]["loc"], namespace), problem, file) from None


def crossing(tree: Mapping[str, Any], *, account: str, region: str, file: str, namespace: str = NAMESPACE) -> None:
    """Refuse ARNs that lead out of the environment.

    Raises:
        SettingsError: an ARN names another account, or another region.
    """
    for path, value in _leaves(tree, ()):
        if not value.startswith("arn:"):
            continue
        key, parts = key_path(path, namespace), value.split(":", 5)
        if len(parts) < 6:
            raise SettingsError(key, f"is {value!r}, which is no ARN: it has fewer than six parts", file)
        if parts[4] not in ("", "aws", account):
            raise SettingsError(
                key, f"is {value!r}, of account {parts[4]}; only ARNs of account {account} are allowed", file
            )
        if parts[3] not in ("", region):
            raise SettingsError(
                key, f"is {value!r}, of region {parts[3]}; only ARNs of region {region} are allowed", file
            )


def unapproved(services: Sequence[Mapping[str, Any]], approved: Sequence[str], file: str) -> None:
    """Refuse instance types that the environment does not approve.

    Raises:
        SettingsError: a service trains, processes or serves on a type that is not in `approved`.
    """
    for path, value in _leaves(list(services), ("services",)):
        key = next(str(part) for part in reversed(path) if isinstance(part, str))
        if key.endswith(("instance_type", "instance_types")) and value not in approved:
            raise SettingsError(
                key_path(path),
                f"is {value!r}, which {NAMESPACE}:approved_instance_types does not list; "
                f"allowed here: {', '.join(approved)}",
                file,
            )


def key_path(path: Sequence[int | str], namespace: str = NAMESPACE) -> str:
    """Return the path of a key as people write it: `trainyard:services[0].serving.environment`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{namespace}:{text.removeprefix('.')}"


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))


def _problem(model: type[BaseModel], error: ErrorDetails) -> str:
    path, value = error["loc"], error["input"]
    if error["type"] == "extra_forbidden":
        return _unknown(model, path, value)
    if error["type"] == "missing":
        return f"is missing{_meaning(model, path)}"
    if error["type"] == "value_error" and isinstance(value, Mapping):
        return f"does not hold together: {_allowed(error)}"
    return f"is {value!r}; {_allowed(error)}{_meaning(model, path)}"


def _unknown(model: type[BaseModel], path: Path, value: Any) -> str:
    known = list(_model_at(model, path[:-1]).model_fields)
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"is {value!r}, but there is no such setting; {hint}Allowed here: {', '.join(known)}"


def _allowed(error: ErrorDetails) -> str:
    """Return what is allowed instead, from pydantic's sentence."""
    message = re.sub(r"^(Value error, |(Input|String|List) should )", "", error["msg"])
    message = re.sub(r" or instance of \w+$", "", message).replace("valid dictionary", "mapping of keys to values")
    return message if error["type"] == "value_error" else f"it should {message}"


def _meaning(model: type[BaseModel], path: Path) -> str:
    """Return what the setting is for, in brackets, where the model says it."""
    names = [index for index, part in enumerate(path) if isinstance(part, str)]
    if not names:
        return ""
    field = _model_at(model, path[: names[-1]]).model_fields.get(str(path[names[-1]]))
    # A description may take several lines where it is written.
    return f" ({' '.join(field.description.split()).rstrip('.')})" if field is not None and field.description else ""


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    for part in path:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        inner = _model_in(model.model_fields[part].annotation)
        if inner is not None:
            model = inner
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for argument in typing.get_args(annotation) if (found := _model_in(argument))), None)
