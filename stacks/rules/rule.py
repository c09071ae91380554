"""A rule: a pure function over all resources of a program, and what it can say of one of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stacks.rules.context import Context
from stacks.rules.resource import Resource


@dataclass(frozen=True)
class Broken:
    """A resource breaks the rule."""

    resource: Resource
    what: str
    """A sentence with the resource, the property and its value."""
    cure: str
    """A sentence that begins with what to do."""


@dataclass(frozen=True)
class Undecided:
    """A resource can neither pass nor fail yet, because a property is not known before it is applied."""

    resource: Resource
    property: str


Verdict = Broken | Undecided
Judge = Callable[[Sequence[Resource], Context], Iterator[Verdict]]


@dataclass(frozen=True)
class Rule:
    """Something that holds in every environment."""

    name: str
    """In kebab case; what people search for."""
    description: str
    """One sentence that says what holds, and why where it is not plain."""
    judge: Judge


def for_each(judge: Callable[[Resource, Context], Iterator[Verdict]]) -> Judge:
    """Return the judgement of a program that judges each of its resources by itself."""

    def judge_all(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
        for resource in resources:
            yield from judge(resource, context)

    return judge_all
