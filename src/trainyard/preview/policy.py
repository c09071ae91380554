"""What the rules say, as a report tells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from stacks.rules import Findings, Resource, Violation
from trainyard.preview.showing import on_one_line, shortened
from trainyard.preview.urn import kind

LONGEST = 600
"""Characters of a rule's sentence: a value in it may be long."""


@dataclass(frozen=True)
class Violated:
    """A rule that a resource breaks, in one way or in several."""

    rule: str
    type: str
    name: str
    what: str
    cure: str


@dataclass(frozen=True)
class Unjudged:
    """A property that a rule could not judge before it is applied."""

    rule: str
    name: str
    property: str


@dataclass(frozen=True)
class Policy:
    """Results of all rules."""

    rules: int
    """How many were applied."""
    resources: int
    """To how many resources."""
    violations: tuple[Violated, ...]
    unjudged: tuple[Unjudged, ...]


def policy(findings: Findings, rules: int, resources: Sequence[Resource]) -> Policy:
    """Return the findings as texts."""
    names = {each.urn: each.name for each in resources}
    return Policy(
        rules=rules,
        resources=sum(not each.type.startswith(("pulumi:", "trainyard:")) for each in resources),
        violations=_violations(findings.violations),
        unjudged=tuple(
            Unjudged(each.rule, on_one_line(names.get(each.urn, each.urn)), on_one_line(each.property))
            for each in findings.unjudged
        ),
    )


def _violations(found: Sequence[Violation]) -> tuple[Violated, ...]:
    """Return one entry for each rule and resource; what must be done is said once."""
    together: dict[tuple[str, str], list[Violation]] = {}
    for each in found:
        together.setdefault((each.rule, each.urn), []).append(each)
    return tuple(
        Violated(
            rule=rule,
            type=kind(each[0].type),
            name=on_one_line(each[0].name),
            what=_sentence(" ".join(dict.fromkeys(one.what for one in each))),
            cure=_sentence(" ".join(dict.fromkeys(one.cure for one in each))),
        )
        for (rule, _), each in together.items()
    )


def _sentence(text: str) -> str:
    return shortened(on_one_line(text), LONGEST)
