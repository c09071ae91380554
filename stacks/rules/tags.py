"""Everything can be told apart: by project, environment and who manages it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from stacks.rules.context import Context
from stacks.rules.reading import as_document, shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict


def required(environment: str) -> dict[str, str]:
    """Return the tags that everything of an environment carries, with their values."""
    return {"project": "trainyard", "environment": environment, "managed-by": "pulumi"}


def _judge(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
    for resource in resources:
        if resource.type.startswith("aws:"):
            yield from _tagged(resource, _provider(resource, resources), context)


def _provider(resource: Resource, resources: Sequence[Resource]) -> Resource | None:
    """Return the resource's provider; the engine appends its id to the URN."""
    return next((each for each in resources if f"{resource.provider}::".startswith(f"{each.urn}::")), None)


def _tagged(resource: Resource, provider: Resource | None, context: Context) -> Iterator[Verdict]:
    defaults = as_document(provider.inputs.get("defaultTags")) if provider else None
    inherited = cast(Mapping[str, Any], defaults).get("tags") if isinstance(defaults, Mapping) else defaults
    own = resource.inputs.get("tags")
    if UNKNOWN in (inherited, own):
        yield Undecided(resource, "tags")
        return
    carried = {**_mapping(inherited), **_mapping(own)}
    wanted = required(context.environment)
    yield from (Undecided(resource, f"tags.{tag}") for tag in wanted if carried.get(tag) == UNKNOWN)
    wrong = {tag: value for tag, value in wanted.items() if carried.get(tag) not in (value, UNKNOWN)}
    if wrong:
        faults = ", ".join(f"{tag} is {shown(carried.get(tag))}, not {shown(value)}" for tag, value in wrong.items())
        yield Broken(resource, f"{resource} cannot be told apart by its tags: {faults}.", _cure(provider))


def _cure(provider: Resource | None) -> str:
    if provider is None:
        return (
            "Declare it with a provider whose defaultTags are infra.tags.default_tags, not with Pulumi's default one."
        )
    return f"Take infra.tags.default_tags as defaultTags of {provider}, and repeat none of them in the resource's tags."


def _mapping(tags: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], tags) if isinstance(tags, Mapping) else {}


RULE = Rule(
    "tagged",
    "Everything carries the tags project, environment and managed-by with the values of its environment, from its "
    "provider or by itself: cost, sweeping and questions of ownership go by them.",
    _judge,
)
