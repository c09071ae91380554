"""What the engine registered, as the rules look at it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi_policy import PolicyProviderResource, PolicyResource
from pulumi_policy.proxy import UnknownValueError

from stacks.rules import UNKNOWN, Resource


def stack(registered: Sequence[PolicyResource]) -> str:
    """Return the name of the stack, which every URN begins with."""
    return registered[0].urn.split("::")[0].rpartition(":")[2] if registered else ""


def resources(registered: Sequence[PolicyResource]) -> list[Resource]:
    """Return all resources, and the providers that the engine tells only as somebody's provider."""
    found = {each.urn: _resource(each) for each in registered}
    providers = {each.provider.urn: _provider(each.provider) for each in registered if each.provider is not None}
    return list({**providers, **found}.values())


def _resource(registered: PolicyResource) -> Resource:
    return Resource(
        urn=registered.urn,
        type=registered.resource_type,
        name=registered.name,
        inputs=_plain(registered.props),
        protect=bool(registered.opts.protect),
        provider=registered.provider.urn if registered.provider is not None else "",
        references={
            property: [each.urn for each in made_of] for property, made_of in registered.property_dependencies.items()
        },
    )


def _provider(provider: PolicyProviderResource) -> Resource:
    return Resource(urn=provider.urn, type=provider.resource_type, name=provider.name, inputs=_plain(provider.props))


def _plain(value: Any) -> Any:
    """Return a value without the proxies that raise on what is not known yet."""
    if isinstance(value, Mapping):
        keys = list(cast(Mapping[str, Any], value))
        return {key: _known(value, key) for key in keys}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_known(value, index) for index in range(len(cast(Sequence[Any], value)))]
    return value


def _known(container: Any, key: str | int) -> Any:
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN
