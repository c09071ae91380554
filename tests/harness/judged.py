"""Hands what a program declared to the rules."""

from stacks.rules import Resource
from tests.harness.deployment import Deployment


def resources(deployment: Deployment) -> list[Resource]:
    """Return everything that a program registered as the rules see it."""
    providers = {each.name: each.urn for each in deployment.resources if each.type.startswith("pulumi:providers:")}
    return [
        Resource(
            urn=each.urn,
            type=each.type,
            name=each.name,
            inputs=each.inputs,
            protect=each.protect,
            provider=providers.get(each.provider, ""),
            references=each.references,
        )
        for each in deployment.resources
    ]
