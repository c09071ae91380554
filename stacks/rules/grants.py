"""What counts as a grant: statements that allow, in documents that give their holder something.

Two kinds of documents only take away, so nobody may do more by a `*` in them: a permissions boundary, which is what
its role may have at most, and the policy of a VPC endpoint, which is what may pass it.
"""

from collections.abc import Iterator, Sequence

from stacks.rules.documents import Statement, statements
from stacks.rules.resource import Resource
from stacks.rules.rule import Undecided

_FILTERS = ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy")
_POLICY = "aws:iam/policy:Policy"
_BOUNDARY = "permissionsBoundary"
_GIVEN_BY = ("policyArn", "managedPolicyArns", "policyArns", "managedPolicyArn")
"""Properties that hand a policy to somebody."""


def grants(resources: Sequence[Resource]) -> Iterator[Statement | Undecided]:
    """Yield the statements of a program that allow something, and what is not known of them yet."""
    for resource in resources:
        if resource.type in _FILTERS or (resource.type == _POLICY and _only_bounds(resource, resources)):
            continue
        for statement in statements(resource):
            if isinstance(statement, Undecided) or statement.allows:
                yield statement


def _only_bounds(policy: Resource, resources: Sequence[Resource]) -> bool:
    """Return whether a policy is some role's boundary and nobody's grant."""
    bounds = any(policy.urn in each.references.get(_BOUNDARY, ()) for each in resources)
    given = any(policy.urn in each.references.get(key, ()) for each in resources for key in _GIVEN_BY)
    return bounds and not given
