"""Policy documents: the statements in a resource's inputs, whatever property holds them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from stacks.rules.reading import as_document, as_list, holds_unknown, leaves, top
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Undecided

_HOLDS_A_DOCUMENT = re.compile(r"(?:^|\.)(?:\w*[pP]olicy|accessPolicies|policyDocument)$")
"""Properties that are documents, so that one that is not known yet is not taken for a name."""


@dataclass(frozen=True)
class Statement:
    """One statement, in the resource whose property holds it."""

    resource: Resource
    path: str
    """Such as `policy.Statement[0]`."""
    body: Mapping[str, Any]

    @property
    def allows(self) -> bool:
        """Whether it grants; a Deny only takes away."""
        return self.body.get("Effect") == "Allow"

    @property
    def actions(self) -> Sequence[str]:
        """Actions, one or many."""
        return as_list(self.body.get("Action"))

    @property
    def resources(self) -> Sequence[str]:
        """Resources, one or many."""
        return as_list(self.body.get("Resource"))

    @property
    def principals(self) -> list[tuple[str, str]]:
        """Kind and value of each principal: `("AWS", "*")`, also for the short form `"*"`."""
        principal = self.body.get("Principal")
        if not isinstance(principal, Mapping):
            return [("AWS", each) for each in as_list(principal)]
        named = cast(Mapping[str, Any], principal)
        return [(kind, each) for kind, values in named.items() for each in as_list(values)]

    @property
    def conditions(self) -> list[tuple[str, str, Sequence[Any]]]:
        """Operator, key and values of each condition; all of them must hold."""
        condition = cast(Mapping[str, Mapping[str, Any]], self.body.get("Condition") or {})
        if holds_unknown(condition):
            return []
        return [(operator, key, as_list(v)) for operator, keys in condition.items() for key, v in keys.items()]

    @property
    def title(self) -> str:
        """How people find it: its Sid, or its place."""
        return f"statement {self.body['Sid']!r} of {top(self.path)}" if self.body.get("Sid") else self.path


def statements(resource: Resource) -> Iterator[Statement | Undecided]:
    """Yield the statements of all documents in a resource, and `Undecided` for what is not known of them yet.

    A statement that is known in part is yielded as well: a `*` in it is one whatever the rest will be.
    """
    for path, value in resource.inputs.items():
        yield from _inside(resource, path, value)


def _inside(resource: Resource, path: str, value: Any) -> Iterator[Statement | Undecided]:
    document = as_document(value)
    if isinstance(document, Mapping):
        named = cast(Mapping[str, Any], document)
        if "Statement" in named:
            yield from _statements(resource, path, as_list(named["Statement"]))
            return
        for key, inner in named.items():
            yield from _inside(resource, f"{path}.{key}", inner)
    elif isinstance(document, list):
        for index, inner in enumerate(cast(list[Any], document)):
            yield from _inside(resource, f"{path}[{index}]", inner)
    elif document == UNKNOWN and _HOLDS_A_DOCUMENT.search(path):
        yield Undecided(resource, top(path))


def _statements(resource: Resource, path: str, bodies: Sequence[Any]) -> Iterator[Statement | Undecided]:
    for index, body in enumerate(bodies):
        if any(leaf == UNKNOWN for _, leaf in leaves(body)):
            yield Undecided(resource, top(path))
        if isinstance(body, Mapping):
            yield Statement(resource, f"{path}.Statement[{index}]", cast(Mapping[str, Any], body))
