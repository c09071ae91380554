"""Selective execution: some steps of a pipeline run, on what an earlier execution left for them. Pure.

What is not selected and comes before a selected step is taken over from the source; what comes after does not run.
(SageMaker AI guide, "Selective execution of pipeline steps"; API reference, SelectiveExecutionConfig.)
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from localcloud.errors import ValidationError
from localcloud.sagemaker.pipelines.definition import Definition
from localcloud.store import Document

_USABLE = ("Succeeded", "Failed")


def taken_over(
    definition: Definition, selected: Collection[str], source: Document | None, now: datetime
) -> dict[str, Document]:
    """Return the steps that an execution of `selected` has from the beginning, each as the source left it.

    Args:
        definition: of the execution.
        selected: names of the steps to run.
        source: the execution to take results of; None where none is named.
        now: when the execution starts.

    Raises:
        ValidationError: a step is unknown, one between two selected is not selected, or the source cannot serve.
    """
    _check_names(definition, selected)
    before = {name: _upstream(definition, name) for name in definition.steps}
    _check_between(before, selected)
    needed = sorted(set[str]().union(*(before[name] for name in selected)) - set(selected))
    if not needed:
        return {}
    if source is None:
        raise ValidationError(
            f"Invalid SourcePipelineExecutionArn: null. The selected steps [{', '.join(selected)}] have dependencies "
            f"on [{', '.join(needed)}]"
        )
    return {name: _result(source, name, now) for name in needed}


def _check_names(definition: Definition, selected: Collection[str]) -> None:
    unknown = [name for name in selected if name not in definition.steps]
    if unknown:
        raise ValidationError(f"SelectedSteps: the pipeline has no step {', '.join(unknown)}.")


def _check_between(before: Mapping[str, Collection[str]], selected: Collection[str]) -> None:
    """Refuse a gap: all steps in all paths between two selected ones have to be selected."""
    chosen = set(selected)
    gaps = {name for end in selected for name in before[end] if name not in chosen and chosen & set(before[name])}
    if gaps:
        raise ValidationError(f"SelectedSteps: {', '.join(sorted(gaps))} lies between steps that are selected.")


def _upstream(definition: Definition, name: str) -> set[str]:
    """Return every step that comes before one, however far."""
    found, waiting = set[str](), set(definition.steps[name].upstream)
    while waiting:
        step = waiting.pop()
        found.add(step)
        waiting |= definition.steps[step].upstream - found
    return found


def _result(source: Document, name: str, now: datetime) -> Document:
    arn, status = source["PipelineExecutionArn"], source["PipelineExecutionStatus"]
    if status not in _USABLE:
        raise ValidationError(
            f"Invalid SourcePipelineExecutionArn: {arn} is {status}; one must be Failed or Succeeded."
        )
    step = source["_Steps"].get(name)
    if step is None or step["StepStatus"] != "Succeeded":
        raise ValidationError(f"Invalid SourcePipelineExecutionArn: step {name} did not succeed in {arn}.")
    # A cached step's key stays with the execution that did the work.
    kept = {key: value for key, value in step.items() if key != "_CacheKey"}
    times = {"StartTime": now, "EndTime": now}
    return {**kept, **times, "SelectiveExecutionResult": {"SourcePipelineExecutionArn": arn}}
