"""What to sweep, in an order in which it can be deleted, and what to leave and why. Pure.

Nothing that an endpoint or Pulumi's state still needs is swept: the config that is live or to be live, its models, the
alarms that its deployment names, its log group and its scalable target. So a sweep beside a protected endpoint, or
after an engine that stopped half-way, cannot take a live model away.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from trainyard.sweep.ownership import Ownership
from trainyard.sweep.thing import Thing

BEFORE = ("Job", "Pipeline", "ModelPackage", "Endpoint", "Alarm")
"""What stands in the way of the engine's deletions, or would use what it deletes: a group that holds packages cannot
go."""

AFTER = ("ScalableTarget", "Alarm", "EventRule", "EndpointConfig", "Model", "LogGroup")
"""What may go only once no endpoint names it, configs before the models that they name."""


@dataclass(frozen=True)
class Sweep:
    """What goes, in order, and what is this environment's and stays because something needs it."""

    goes: tuple[Thing, ...]
    needed: tuple[Thing, ...]


def plan(
    found: Iterable[Thing],
    ownership: Ownership,
    needed: Iterable[Thing],
    kinds: Iterable[str] = (*BEFORE, *AFTER),
) -> Sweep:
    """Return what to do with what was found, of these kinds and in their order."""
    kept = set(needed)
    ours = {thing: None for thing in found if ownership.owns(thing)}
    order = {kind: place for place, kind in reversed(list(enumerate(kinds)))}
    sorted_ours = sorted((one for one in ours if one.kind in order), key=lambda one: (order[one.kind], one.name))
    return Sweep(
        goes=tuple(one for one in sorted_ours if one not in kept),
        needed=tuple(one for one in sorted_ours if one in kept),
    )
