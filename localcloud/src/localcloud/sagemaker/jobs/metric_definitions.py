"""Metrics that a training job prints, found by the regular expressions of its definitions. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from localcloud.errors import ValidationError


@dataclass(frozen=True)
class MetricDefinition:
    """A metric's name, and the expression whose first group is its value."""

    name: str
    pattern: re.Pattern[str]


def parse_definitions(definitions: Sequence[Mapping[str, str]]) -> list[MetricDefinition]:
    """Return the definitions of a CreateTrainingJob request.

    Raises:
        ValidationError: an expression is not valid, or has no group.
    """
    parsed: list[MetricDefinition] = []
    for definition in definitions:
        name, regex = definition["Name"], definition["Regex"]
        try:
            pattern = re.compile(regex)
        except re.error as error:
            raise ValidationError(f"The regex {regex!r} of metric {name!r} is not valid: {error}.") from error
        if pattern.groups < 1:
            raise ValidationError(f"The regex {regex!r} of metric {name!r} has no group to take the value from.")
        parsed.append(MetricDefinition(name, pattern))
    return parsed


def find_metrics(definitions: Iterable[MetricDefinition], line: str) -> list[tuple[str, float]]:
    """Return the name and value of each metric that `line` reports, in the order of the definitions."""
    found: list[tuple[str, float]] = []
    for definition in definitions:
        for match in definition.pattern.finditer(line):
            try:
                found.append((definition.name, float(match[1])))
            except (TypeError, ValueError):
                continue
    return found
