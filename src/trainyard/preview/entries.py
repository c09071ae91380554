"""Changes as entries of a report: texts, ready to be shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from stacks.rules import UNKNOWN
from trainyard.preview.caution import cautions
from trainyard.preview.difference import Difference, within
from trainyard.preview.loss import Severity, lost
from trainyard.preview.plan import Change, Operation, Rename
from trainyard.preview.showing import on_one_line, pair, shortened
from trainyard.preview.urn import Urn, kind

NOT_SHOWN = "(what differs is a secret, or not shown)"
ALONE = "outside of components"


@dataclass(frozen=True)
class Property:
    """One property, old and new."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One change."""

    operation: str
    urn: str
    type: str
    """As people say it: `s3.Bucket`."""
    name: str
    path: str
    """Components around it: `recommender › recommender-alarms`."""
    identifier: str
    """What AWS calls the existing one."""
    severity: Severity | None = None
    loss: str = ""
    """What is lost, in plain words."""
    forced_by: tuple[Property, ...] = ()
    """What cannot be changed in place, of a replacement."""
    properties: tuple[Property, ...] = ()
    """What else differs."""
    cautions: tuple[str, ...] = ()
    """What becomes less by an update."""
    protected: bool = False
    renamed_from: str = ""
    follows: bool = False
    """Whether it is replaced only because something that it refers to is."""


@dataclass(frozen=True)
class Group:
    """What is created in one component at the top."""

    name: str
    type: str
    """Of the component; empty for resources outside of components."""
    types: tuple[tuple[str, int], ...]
    """How many of which type."""
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many resources."""
        return len(self.names)


def entry(change: Change) -> Entry:
    """Return a change as an entry."""
    loss = lost(change)
    forcing = [each for each in change.differences if any(_same_place(each.path, path) for path in change.forced_by)]
    known = {path for path in change.forced_by if any(_same_place(each.path, path) for each in forcing)}
    rest = [shown_property(each) for each in change.differences if each not in forcing]
    if change.operation is Operation.UPDATE and not rest:
        rest = [Property(NOT_SHOWN, "", "")]
    unseen = [Property(on_one_line(path), "", "") for path in change.forced_by if path not in known]
    return Entry(
        operation=change.operation.value,
        urn=change.urn,
        type=kind(change.type),
        name=shortened(on_one_line(change.name)),
        path=on_one_line(" › ".join(change.components)),
        identifier=shortened(on_one_line(change.identifier)),
        severity=loss.severity if loss else None,
        loss=loss.text if loss else "",
        forced_by=(*(shown_property(each) for each in forcing), *unseen),
        properties=tuple(rest),
        cautions=cautions(change),
        protected=change.protected,
        renamed_from=on_one_line(change.renamed_from),
        follows=bool(forcing) and all(each.new == UNKNOWN for each in forcing),
    )


def shown_property(difference: Difference) -> Property:
    """Return a difference as texts."""
    old, new = pair(difference)
    return Property(shortened(on_one_line(difference.path)), old, new)


def grouped(changes: Sequence[Change]) -> tuple[Group, ...]:
    """Return what is created, by the component at the top, the largest first."""
    tops: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.type == "pulumi:pulumi:Stack":
            continue
        inside = (change.components[0], change.component_types[0]) if change.components else (ALONE, "")
        # A component is the first member of its own group.
        top = inside if change.custom or change.components else (change.name, change.type)
        tops.setdefault(top, []).append(change)
    groups = [
        Group(
            name=on_one_line(name),
            type=kind(token) if token else "",
            types=tuple(sorted(Counter(kind(each.type) for each in members if each.custom).items())),
            names=tuple(shortened(on_one_line(each.name)) for each in members if each.custom),
        )
        for (name, token), members in tops.items()
    ]
    return tuple(sorted((group for group in groups if group.names), key=lambda group: (-group.count, group.name)))


def renamed(rename: Rename) -> str:
    """Return a rename as a sentence."""
    return on_one_line(f"{kind(rename.type)} {_place(rename.old)} is now {_place(rename.new)}, the same resource")


def _place(urn: str) -> str:
    return Urn(urn).name


def _same_place(one: str, other: str) -> bool:
    return within(one, other) or within(other, one)
