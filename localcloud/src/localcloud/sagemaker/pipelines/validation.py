"""What is refused in a definition when a pipeline is created: dangling references, cycles, unknown types. Pure."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.pipelines.conditions import CONDITION_TYPES
from localcloud.sagemaker.pipelines.definition import SERVED, TRIGGERS, Definition, Step, read_definition
from localcloud.sagemaker.pipelines.references import EXECUTION_VARIABLES, Reference, find_references


def parse_definition(text: str) -> Definition:
    """Read a definition and make sure that it can run.

    Raises:
        ValidationError: the first thing that is wrong, with the step it is in.
    """
    definition = read_definition(text)
    for step in definition.steps.values():
        _check_step(definition, step)
    try:
        TopologicalSorter({name: step.upstream for name, step in definition.steps.items()}).prepare()
    except CycleError as error:
        raise ValidationError(f"The steps depend on each other in a circle: {' -> '.join(error.args[1])}.") from error
    return definition


def _check_step(definition: Definition, step: Step) -> None:
    if step.type not in SERVED:
        raise ValidationError(
            f"Step {step.name}: steps of type {step.type} are not served by the local cloud; "
            f"it runs {', '.join(SERVED)}."
        )
    for dependency in step.depends_on:
        if dependency.step not in definition.steps:
            raise ValidationError(f"Step {step.name} depends on step {dependency.step}, which is not in the pipeline.")
        if dependency.trigger not in TRIGGERS:
            raise ValidationError(f"Step {step.name}: trigger {dependency.trigger!r} is none of {', '.join(TRIGGERS)}.")
    try:
        references = list(find_references(step.arguments))
    except ValueError as error:
        raise ValidationError(f"Step {step.name}: {error}.") from error
    for reference in references:
        _check_reference(definition, step, reference)
    for condition in _conditions(step.arguments.get("Conditions", []) if step.type == "Condition" else []):
        if condition.get("Type") not in CONDITION_TYPES:
            raise ValidationError(f"Step {step.name}: condition type {condition.get('Type')!r} is not known.")


def _check_reference(definition: Definition, step: Step, reference: Reference) -> None:
    names = [parameter.name for parameter in definition.parameters]
    if reference.root == "Parameters" and reference.name not in names:
        raise ValidationError(f"Step {step.name} refers to parameter {reference.name}, which is not defined.")
    if reference.root == "Execution" and reference.name not in EXECUTION_VARIABLES:
        raise ValidationError(f"Step {step.name} refers to Execution.{reference.name}, which does not exist.")
    if reference.root != "Steps":
        return
    if reference.name not in definition.steps:
        raise ValidationError(f"Step {step.name} refers to step {reference.name}, which is not in the pipeline.")
    file = reference.property_file
    if file is not None and file not in definition.steps[reference.name].property_files:
        raise ValidationError(f"Step {step.name} refers to property file {file}, which step {reference.name} has not.")


def _conditions(entries: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        yield entry
        inner = entry.get("Condition") or entry.get("Expression")
        yield from _conditions([*([inner] if inner else []), *entry.get("Conditions", [])])
