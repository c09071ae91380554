"""Nobody may do everything: no full-access policy of AWS, and no action that is a whole service."""

import re
from collections.abc import Iterator, Sequence

from stacks.rules.context import Context
from stacks.rules.documents import Statement
from stacks.rules.grants import grants
from stacks.rules.reading import as_list, at, shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict

_ATTACHED = ("policyArn", "managedPolicyArns[]", "managedPolicyArn")
_FULL = re.compile(r":iam::aws:policy/(?:[\w+=,.@-]+/)*(?:AdministratorAccess|PowerUserAccess|\w*FullAccess)")
_WHOLE_SERVICE = re.compile(r"^(?:\*|[\w-]+:[*?]*\*[*?]*)$")
_KEYS = ("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy")
_OWN_DOCUMENT = "Attach a document of its own that names the actions, as infra.iam_documents does."
_NAME_ACTIONS = "Name the actions that are needed."


def _judge(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
    for resource in resources:
        yield from _attached(resource)
    for statement in grants(resources):
        if isinstance(statement, Statement):
            yield from _allowed(statement, context)
        else:
            yield statement


def _attached(resource: Resource) -> Iterator[Verdict]:
    if not resource.type.startswith("aws:"):
        return
    for path, value in (find for property in _ATTACHED for find in at(resource.inputs, property)):
        if value == UNKNOWN:
            yield Undecided(resource, path)
        elif isinstance(value, str) and _FULL.search(value):
            yield Broken(resource, f"{resource} gives full access: {path} is {shown(value)}.", _OWN_DOCUMENT)


def _allowed(statement: Statement, context: Context) -> Iterator[Verdict]:
    resource = statement.resource
    for action in as_list(statement.body.get("Action")):
        if _WHOLE_SERVICE.match(str(action)) and not _root_of_a_key(statement, context):
            what = f"{resource} allows everything: {statement.title} has Action {shown(action)}."
            yield Broken(resource, what, _NAME_ACTIONS)
    if statement.body.get("NotAction") is not None:
        what = f"{resource} allows everything but what it names: {statement.title} allows with NotAction."
        yield Broken(resource, what, _NAME_ACTIONS)


def _root_of_a_key(statement: Statement, context: Context) -> bool:
    """Return whether the account itself is given its key: AWS's own default, without which nobody could manage it."""
    root = f"arn:aws:iam::{context.account}:root"
    return statement.resource.type in _KEYS and statement.principals == [("AWS", root)]


RULE = Rule(
    "no-full-access",
    "Nobody may do everything: no AdministratorAccess or …FullAccess, no action `*` or `service:*`; a key's own "
    "account is the exception that AWS needs.",
    _judge,
)
