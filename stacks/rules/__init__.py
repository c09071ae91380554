"""What holds in every environment, as pure functions: used by tests, by `trainyard preview` and by the policy pack.

    check(resources, Context.of(settings, environment)).violations

Pure: no Pulumi, no AWS. A value that is not known before it is applied neither passes nor fails: it is reported as
unjudged.
"""

from collections.abc import Sequence

from stacks.rules import (
    alarms,
    crossing,
    encryption,
    full_access,
    instance_types,
    names,
    open_networks,
    protection,
    public_buckets,
    public_principals,
    reasoned_star,
    tags,
    transport,
)
from stacks.rules.context import Context
from stacks.rules.findings import Findings, Unjudged, Violation
from stacks.rules.judging import judge
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Rule

__all__ = ["RULES", "UNKNOWN", "Context", "Findings", "Resource", "Rule", "Unjudged", "Violation", "check", "judge"]

RULES: tuple[Rule, ...] = (
    public_buckets.RULE,
    public_principals.RULE,
    open_networks.RULE,
    encryption.RULE,
    transport.RULE,
    full_access.RULE,
    reasoned_star.RULE,
    crossing.RULE,
    protection.RULE,
    instance_types.RULE,
    alarms.RULE,
    tags.RULE,
    names.RULE,
)
"""All rules, in the order in which a reviewer would ask."""


def check(resources: Sequence[Resource], context: Context) -> Findings:
    """Return what all rules say of the resources of a program.

    Args:
        resources: everything that the program keeps, providers included: relations between resources are judged.
        context: what the stack file says.
    """
    return judge(RULES, resources, context)
