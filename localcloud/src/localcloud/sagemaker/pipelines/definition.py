"""A pipeline's definition: read from its JSON (schema 2020-12-01), and refused when it cannot run. Pure.

Steps inside the branches of a Condition step are listed beside all others, each with the branch it waits for.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.pipelines.caching import parse_duration
from localcloud.sagemaker.pipelines.parameters import Parameter
from localcloud.sagemaker.pipelines.references import find_references
from localcloud.sagemaker.pipelines.retry import RetryPolicy
from localcloud.store import Document

SERVED = ("Processing", "Training", "Transform", "Condition", "RegisterModel", "Model", "Fail")
TRIGGERS = ("Completed", "Failed", "Stopped", "Any")
VERSION = "2020-12-01"


@dataclass(frozen=True)
class Dependency:
    """A step to wait for, and which end of it lets the dependent step run (one of `TRIGGERS`)."""

    step: str
    trigger: str = "Completed"


@dataclass(frozen=True)
class Branch:
    """The Condition step a step lies in, and the outcome that leads to it."""

    condition: str
    outcome: bool


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file in an output of a Processing step."""

    output: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Cache:
    """The step may take over an earlier result that is not older than `expire_after`."""

    expire_after: timedelta | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, its arguments with their expressions unresolved."""

    name: str
    type: str
    arguments: Document
    display_name: str | None = None
    description: str | None = None
    depends_on: tuple[Dependency, ...] = ()
    branch: Branch | None = None
    property_files: Mapping[str, PropertyFile]
    cache: Cache | None = None
    retry: tuple[RetryPolicy, ...] = ()

    @property
    def referenced(self) -> frozenset[str]:
        """The steps whose results its arguments need."""
        return frozenset(found.name for found in find_references(self.arguments) if found.root == "Steps")

    @property
    def upstream(self) -> frozenset[str]:
        """Every step that must have ended before this one can start."""
        branch = {self.branch.condition} if self.branch else set[str]()
        return self.referenced | {dependency.step for dependency in self.depends_on} | branch


@dataclass(frozen=True)
class Definition:
    """Parameters and steps, in the order of the JSON."""

    parameters: tuple[Parameter, ...]
    steps: Mapping[str, Step]


def read_definition(text: str) -> Definition:
    """Read a definition without checking what its steps refer to.

    Raises:
        ValidationError: not JSON, another schema version, or a member that is missing or of the wrong type.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValidationError(f"Unable to parse pipeline definition. Invalid JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Steps"), list) or not document["Steps"]:
        raise ValidationError("Unable to parse pipeline definition. It must be an object with a list of Steps.")
    if document.get("Version") != VERSION:
        raise ValidationError(
            f"Unable to parse pipeline definition. Version {document.get('Version')!r} is not {VERSION}."
        )
    try:
        parameters = tuple(Parameter.parse(entry) for entry in document.get("Parameters") or ())
        steps = list(_read_steps(document["Steps"], None))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValidationError(f"Unable to parse pipeline definition. Missing or malformed: {error}") from error
    _check_unique([step.name for step in steps], "Step")
    _check_unique([parameter.name for parameter in parameters], "Parameter")
    return Definition(parameters, {step.name: step for step in steps})


def _check_unique(names: list[str], noun: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValidationError(f"{noun} names must be unique; {', '.join(repeated)} is used more than once.")


def _read_steps(entries: list[Document], branch: Branch | None) -> Iterator[Step]:
    for entry in entries:
        arguments = dict(entry.get("Arguments") or {})
        inner = [
            *_read_steps(arguments.pop("IfSteps", None) or [], Branch(entry["Name"], True)),
            *_read_steps(arguments.pop("ElseSteps", None) or [], Branch(entry["Name"], False)),
        ]
        yield _read_step(entry, arguments, branch)
        yield from inner


def _read_step(entry: Document, arguments: Document, branch: Branch | None) -> Step:
    cache = entry.get("CacheConfig") or {}
    expires = cache.get("ExpireAfter")
    return Step(
        name=entry["Name"],
        type=entry["Type"],
        arguments=arguments,
        display_name=entry.get("DisplayName"),
        description=entry.get("Description"),
        depends_on=tuple(_read_dependency(item) for item in entry.get("DependsOn") or ()),
        branch=branch,
        property_files={
            item["PropertyFileName"]: PropertyFile(item["OutputName"], item["FilePath"])
            for item in entry.get("PropertyFiles") or ()
        },
        cache=Cache(expire_after=parse_duration(expires) if expires else None) if cache.get("Enabled") else None,
        retry=tuple(RetryPolicy.parse(item) for item in entry.get("RetryPolicies") or ()),
    )


def _read_dependency(item: Any) -> Dependency:
    return Dependency(item) if isinstance(item, str) else Dependency(item["Step"], item.get("Trigger", "Completed"))
