"""Judges the resources of a program by rules."""

from collections.abc import Iterator, Sequence

from stacks.rules.context import Context
from stacks.rules.findings import Findings, Unjudged, Violation
from stacks.rules.resource import Resource
from stacks.rules.rule import Broken, Rule


def judge(rules: Sequence[Rule], resources: Sequence[Resource], context: Context) -> Findings:
    """Return what `rules` say of `resources`: each finding once, in the order of the rules and then of the URNs."""
    # Programs register in parallel: without an order of our own, two reports of one program would differ.
    ordered = sorted(resources, key=lambda each: each.urn)
    found = dict.fromkeys(finding for rule in rules for finding in _judged(rule, ordered, context))
    return Findings(
        violations=tuple(each for each in found if isinstance(each, Violation)),
        unjudged=tuple(each for each in found if isinstance(each, Unjudged)),
    )


def _judged(rule: Rule, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unjudged]:
    for verdict in rule.judge(resources, context):
        of = verdict.resource
        if isinstance(verdict, Broken):
            yield Violation(rule.name, of.urn, of.type, of.name, verdict.what, verdict.cure)
        else:
            yield Unjudged(rule.name, of.urn, verdict.property)
