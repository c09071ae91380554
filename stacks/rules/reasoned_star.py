"""No grant on everything, but for actions of which AWS knows no narrower resource."""

import fnmatch
from collections.abc import Iterator, Sequence

from stacks.rules.context import Context
from stacks.rules.documents import Statement
from stacks.rules.grants import grants
from stacks.rules.reading import as_list, holds_unknown, shown
from stacks.rules.resource import Resource
from stacks.rules.rule import Broken, Rule, Verdict

REASONED = {
    "application-autoscaling:DescribeScal*": "describing is of the account",
    "application-autoscaling:DescribeScheduledActions": "describing is of the account",
    "cloudwatch:DescribeAlarms": "authorized on all alarms of the account, whichever are asked for",
    "cloudwatch:GetMetricData": "metrics have no ARN, and reading them knows no condition on their namespace",
    "cloudwatch:PutMetricData": "metrics have no ARN; a condition on cloudwatch:namespace narrows it",
    "ec2:Describe*": "EC2 describes all or nothing",
    "ecr:GetAuthorizationToken": "the token is of the account's registry, not of a repository",
    "kms:CreateKey": "the key is not there yet",
    "kms:ListAliases": "listing is of the account",
    "logs:DescribeLogGroups": "authorized on all log groups of the account, whichever are asked for",
    "sagemaker:ListModelPackages": "listing is of the account",
    "servicequotas:List*": "listing is of the account",
    "sns:GetSubscriptionAttributes": "IAM knows no resource type of subscriptions",
    "sns:Unsubscribe": "IAM knows no resource type of subscriptions",
    "ssm:DescribeParameters": "listing is of the account",
}
"""Action -> why its resource can only be `*` (service authorization reference, "Actions" of the service). Whoever adds
an action writes the reason that a reviewer would ask for."""

_NEEDS_A_NAMESPACE = "cloudwatch:PutMetricData"
_ITSELF = ("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy")
"""In a key's policy `*` is the key itself."""
_FILE = "stacks/rules/reasoned_star.py"
_NAME_THEM = (
    f"Name the resources by ARN; if AWS knows none for the action, add it to REASONED in {_FILE} with the reason."
)


def _judge(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
    for statement in grants(resources):
        if not isinstance(statement, Statement):
            yield statement
        elif statement.resource.type not in _ITSELF:
            yield from _everything(statement)


def _everything(statement: Statement) -> Iterator[Verdict]:
    resource = statement.resource
    if statement.body.get("NotResource") is not None:
        what = f"{resource} allows on everything but what it names: {statement.title} allows with NotResource."
        yield Broken(resource, what, _NAME_THEM)
    for star in (each for each in statement.resources if _is_everything(str(each))):
        for action in as_list(statement.body.get("Action")):
            if not any(fnmatch.fnmatchcase(str(action), reasoned) for reasoned in REASONED):
                what = f"{resource} allows {action} on everything: {statement.title} has Resource {shown(star)}."
                yield Broken(resource, what, _NAME_THEM)
            elif action == _NEEDS_A_NAMESPACE and not _in_a_namespace(statement):
                what = f"{resource} allows {action} into every namespace: {statement.title} has no condition on it."
                yield Broken(resource, what, "Add a condition on cloudwatch:namespace.")


def _is_everything(resource: str) -> bool:
    """Return whether a resource is everything, or everything of a service whoever owns it."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return fnmatch.fnmatchcase("arn:aws:any", resource)
    return set(parts[5]) <= set("*?/:") and set(parts[4]) <= {"*", "?"}


def _in_a_namespace(statement: Statement) -> bool:
    # Conditions that are not known yet were reported as such already.
    named = any(key.lower() == "cloudwatch:namespace" for _, key, _ in statement.conditions)
    return named or holds_unknown(statement.body.get("Condition"))


RULE = Rule(
    "no-unreasoned-star",
    "No grant on resource `*`, but for actions of which AWS knows no narrower one; each of these has its reason in "
    f"{_FILE}.",
    _judge,
)
