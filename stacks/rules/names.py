"""No name carries the moment or the dice it was made with: the next preview would replace what it names."""

import re
from collections.abc import Iterator

from stacks.rules.context import Context
from stacks.rules.reading import shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each

_HEX = "[0-9a-f]"
_CHANGING = {
    "a date": re.compile(
        r"(?<!\d)(?:19|20)\d\d([-_./]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?(?!\d)"
    ),
    "a time in seconds or milliseconds": re.compile(r"(?<![0-9A-Za-z])1[5-9]\d{8}(?:\d{3})?(?![0-9A-Za-z])"),
    "a random UUID": re.compile(
        rf"(?<!{_HEX}){_HEX}{{8}}(-?){_HEX}{{4}}\1[1-7]{_HEX}{{3}}\1[89ab]{_HEX}{{3}}\1{_HEX}{{12}}(?!{_HEX})", re.I
    ),
}
_DIGEST = re.compile(rf"(?<![0-9a-z])(?={_HEX}*[a-f]){_HEX}{{12,}}(?![0-9a-z])")
"""Digests of content are good names, whatever digits are in them."""
_OWN_NAMES = {
    "Bucket": ("bucket", "bucketPrefix"),
    "BucketV2": ("bucket", "bucketPrefix"),
    "BucketObject": ("key",),
    "BucketObjectv2": ("key",),
}
_CURE = "Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart."


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    yield from _stable(resource, "its logical name", resource.name)
    if not resource.type.startswith("aws:"):
        return
    for property in _properties(resource):
        value = resource.inputs.get(property)
        if value == UNKNOWN:
            yield Undecided(resource, property)
        elif isinstance(value, str):
            yield from _stable(resource, property, value)


def _properties(resource: Resource) -> list[str]:
    """Return the properties that name the resource itself, not another one that it refers to."""
    kind = resource.kind[:1].lower() + resource.kind[1:]
    common = ("name", "namePrefix", "identifier", "identifierPrefix", f"{kind}Name", f"{kind}Identifier")
    return [*common, *_OWN_NAMES.get(resource.kind, ())]


def _stable(resource: Resource, property: str, name: str) -> Iterator[Verdict]:
    searched = name if _CHANGING["a random UUID"].search(name) else _DIGEST.sub("", name)
    for what, pattern in _CHANGING.items():
        if pattern.search(searched):
            yield Broken(resource, f"{resource} has {what} in {property}: {shown(name)}.", _CURE)
            return


RULE = Rule(
    "names-without-timestamps",
    "No name carries a date, a time or a random UUID: it would be another one at the next preview, and what it names "
    "would be replaced.",
    for_each(_judge),
)
