"""Which resource is part of which: the access block of a bucket, the policy of a topic.

In a preview of something new the name that a part refers to is not known. Pulumi knows what the value is made of
(`Resource.references`), so that decides; else names are compared; and where neither says it, nobody can tell yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stacks.rules.resource import UNKNOWN, Resource

_IDENTITIES = ("bucket", "name", "arn", "id", "url")
"""Properties by which parts refer to an owner, and by which parts of one owner refer to each other."""


@dataclass(frozen=True)
class Parts:
    """The parts of an owner."""

    found: tuple[Resource, ...]
    unsure: bool
    """Whether there are others that may be parts of it: what they refer to is not known yet."""


def parts(owner: Resource, types: Sequence[str], property: str, resources: Sequence[Resource]) -> Parts:
    """Return the resources of `types` whose `property` refers to `owner`."""
    by_urn = {each.urn: each for each in resources}
    refer = [(each, _refers(each, property, owner, by_urn)) for each in resources if each.type in types]
    return Parts(
        found=tuple(each for each, refers in refer if refers),
        unsure=any(refers is None for _, refers in refer),
    )


def _refers(part: Resource, property: str, owner: Resource, by_urn: Mapping[str, Resource]) -> bool | None:
    if part.references.get(property):
        return _leads(part, [property], owner, by_urn, seen=set())
    value = part.inputs.get(property)
    known = {owner.inputs.get(key) for key in _IDENTITIES} - {None, UNKNOWN}
    if not isinstance(value, str):
        return False
    if value == UNKNOWN or not known:
        return None
    # An ARN ends with the name.
    return any(value == identity or value.endswith(f":{identity}") for identity in known)


def _leads(
    part: Resource, properties: Sequence[str], owner: Resource, by_urn: Mapping[str, Resource], seen: set[str]
) -> bool:
    """Return whether a value leads to the owner, itself or through a part: a policy hands on its bucket's name."""
    seen.add(part.urn)
    urns = [urn for key in properties for urn in part.references.get(key, ())]
    return owner.urn in urns or any(
        _leads(by_urn[urn], _IDENTITIES, owner, by_urn, seen) for urn in urns if urn in by_urn and urn not in seen
    )
