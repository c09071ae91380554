"""No policy lets strangers in: `*` only behind a condition that says whom, and outside tokens only with a subject.

What narrows is what AWS counts as non-public (S3 user guide, "The meaning of public"): a fixed account, organization,
ARN, network or address.
"""

from collections.abc import Iterator

from stacks.rules.context import Context
from stacks.rules.documents import Statement, statements
from stacks.rules.reading import holds_unknown, shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each

_OPERATORS = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
"""Operators that fail on a missing key; `…IfExists` and `ForAllValues:` pass."""
_NARROWING = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
}
_NAME_THEM = (
    "Name the principals, or add a condition that fixes the account, such as StringEquals aws:PrincipalAccount."
)
_NAME_THE_CALLER = "Name the principal: a service with sourceArn, or a user or role."
_PERMISSION = "aws:lambda/permission:Permission"
_NAME_THE_SUBJECT = (
    "Add a StringEquals condition on the provider's `sub` that names the repository and its environment."
)


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    if resource.type == _PERMISSION:
        yield from _caller(resource)
    for statement in statements(resource):
        if not isinstance(statement, Statement):
            yield statement
        # While the conditions are not known, `statements` has said that nothing can be told.
        elif statement.allows and not holds_unknown(statement.body.get("Condition")):
            yield from _strangers(statement)


def _caller(permission: Resource) -> Iterator[Verdict]:
    """Judge whom a function's permission names; how its address is called is `open_networks`' matter."""
    principal = permission.inputs.get("principal")
    if principal == UNKNOWN:
        yield Undecided(permission, "principal")
    elif principal == "*":
        yield Broken(permission, f"{permission} lets everybody in: principal is {shown(principal)}.", _NAME_THE_CALLER)


def _strangers(statement: Statement) -> Iterator[Verdict]:
    resource = statement.resource
    for kind, principal in statement.principals:
        if kind == "AWS" and principal == "*" and not _narrowed(statement):
            what = f"{resource} lets everybody in: {statement.title} allows principal {shown(principal)}"
            yield Broken(resource, f"{what} without a condition that says whom.", _NAME_THEM)
        if kind == "Federated" and principal.rpartition("/")[0].endswith("oidc-provider") and not _subject(statement):
            what = f"{resource} lets every workload of {principal.rpartition('/')[2]} in: {statement.title}"
            yield Broken(resource, f"{what} has no condition on whose token it is.", _NAME_THE_SUBJECT)
    if statement.body.get("NotPrincipal") is not None:
        what = f"{resource} lets everybody in but those it names: {statement.title} allows with NotPrincipal."
        yield Broken(resource, what, _NAME_THEM)


def _narrowed(statement: Statement) -> bool:
    return any(
        _fails_when_missing(operator) and key.lower() in _NARROWING and values and all(map(_fixed, values))
        for operator, key, values in statement.conditions
    )


def _subject(statement: Statement) -> bool:
    return any(
        _fails_when_missing(operator) and key.lower().endswith(":sub") and values and all(map(_one_repository, values))
        for operator, key, values in statement.conditions
    )


def _fails_when_missing(operator: str) -> bool:
    return operator.lower().removeprefix("foranyvalue:") in _OPERATORS


def _fixed(value: object) -> bool:
    """Return whether a value of a condition means something definite: an ARN needs an account, or one bucket."""
    parts = str(value).split(":", 5)
    if parts[0] != "arn" or len(parts) < 6:
        return "*" not in str(value) and "?" not in str(value) and not str(value).endswith("/0")
    owner = parts[4] or parts[5]
    return not set(owner) & {"*", "?"}


def _one_repository(value: object) -> bool:
    kind, _, rest = str(value).partition(":")
    owner_and_name = rest.partition(":")[0]
    return bool(owner_and_name) and not set(kind + owner_and_name) & {"*", "?"}


RULE = Rule(
    "no-public-principal",
    "No policy lets strangers in: `*` as a principal stands behind a condition that fixes who, and a token from "
    "outside AWS behind one on its subject.",
    for_each(_judge),
)
