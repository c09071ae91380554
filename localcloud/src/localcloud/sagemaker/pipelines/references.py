"""Expressions in a pipeline's definition: which steps and parameters they need, and what they are worth. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localcloud.sagemaker.pipelines.paths import PathError, follow

EXECUTION_VARIABLES = (
    "StartDateTime",
    "CurrentDateTime",
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "TrainingJobName",
    "ProcessingJobName",
)
_PROPERTY_FILES = "PropertyFiles."


class ResolutionError(Exception):
    """An expression has no value in this execution; the text is a step's FailureReason."""


@dataclass(frozen=True)
class Reference:
    """One `{"Get": …}`: its root (`Parameters`, `Execution` or `Steps`), the name there, and the path below."""

    root: str
    name: str
    path: str

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read the text of a Get.

        Raises:
            ValueError: it does not start with one of the three roots.
        """
        root, _, rest = text.partition(".")
        if root not in ("Parameters", "Execution", "Steps") or not rest:
            raise ValueError(f"{text!r} is no reference to Parameters, Execution or Steps")
        if root != "Steps":
            return cls(root, rest, "")
        name, _, path = rest.partition(".")
        return cls(root, name, path)

    @property
    def property_file(self) -> str | None:
        """The property file that the reference names, if it names one."""
        return self.path.removeprefix(_PROPERTY_FILES) if self.path.startswith(_PROPERTY_FILES) else None


class Values(Protocol):
    """What an execution knows when a step starts."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters' values, typed."""
        ...

    @property
    def execution(self) -> Mapping[str, Any]:
        """The execution variables' values."""
        ...

    @property
    def properties(self) -> Mapping[str, Any]:
        """What Describe answers of each step that has succeeded, by the step's name."""
        ...

    def property_file(self, step: str, name: str) -> Any:
        """Return the parsed JSON of a step's property file."""
        ...

    def json_object(self, uri: str) -> Any:
        """Return the parsed JSON of an object in S3."""
        ...


def find_references(value: Any) -> Iterator[Reference]:
    """Yield every reference within `value`, at any depth.

    Raises:
        ValueError: a Get that is none.
    """
    if isinstance(value, Mapping):
        if set(value) == {"Get"}:
            yield Reference.parse(str(value["Get"]))
            return
        for item in value.values():
            yield from find_references(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_references(item)


def resolve(value: Any, values: Values) -> Any:
    """Return `value` with every expression in it replaced by what it is worth.

    Raises:
        ResolutionError: an expression has no value.
    """
    if isinstance(value, list):
        return [resolve(item, values) for item in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"Get"}:
        return _get(Reference.parse(value["Get"]), values)
    if set(value) == {"Std:Join"}:
        join = value["Std:Join"]
        return str(join.get("On", "")).join(_text(resolve(item, values)) for item in join["Values"])
    if set(value) == {"Std:JsonGet"}:
        return _json_get(value["Std:JsonGet"], values)
    return {key: resolve(item, values) for key, item in value.items()}


def _get(reference: Reference, values: Values) -> Any:
    sources = {"Parameters": values.parameters, "Execution": values.execution, "Steps": values.properties}
    source = sources[reference.root]
    if reference.name not in source:
        raise ResolutionError(f"{reference.root}.{reference.name} has no value in this execution")
    try:
        return follow(source[reference.name], reference.path)
    except PathError as error:
        raise ResolutionError(f"Steps.{reference.name}.{reference.path} has no value: {error}") from error


def _json_get(arguments: Mapping[str, Any], values: Values) -> Any:
    if "S3Uri" in arguments:
        uri = resolve(arguments["S3Uri"], values)
        document, shown = values.json_object(uri), uri
    else:
        reference = Reference.parse(arguments["PropertyFile"]["Get"])
        shown = f"property file {reference.property_file} of step {reference.name}"
        document = values.property_file(reference.name, reference.property_file or "")
    try:
        return follow(document, arguments["Path"])
    except PathError as error:
        raise ResolutionError(f"JsonGet found no value in {shown}: {error}") from error


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
