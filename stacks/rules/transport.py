"""Nothing is sent in the clear: stores refuse plain HTTP, and what listens speaks TLS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stacks.rules.context import Context
from stacks.rules.documents import Statement, statements
from stacks.rules.public_buckets import BUCKETS
from stacks.rules.reading import as_list, at, shown
from stacks.rules.relations import parts
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict


@dataclass(frozen=True)
class Refusal:
    """How stores of one kind refuse plain HTTP: a Deny in their policy."""

    policies: Sequence[str]
    """Types that hold the policy, beside the store itself."""
    property: str
    """By which these refer to the store."""
    actions: Sequence[str]
    """One of them is denied: everything, or the only thing that others do with it."""


_BUCKET = Refusal(("aws:s3/bucketPolicy:BucketPolicy",), "bucket", ("s3:*", "*"))
REFUSALS: dict[str, Refusal] = {
    **dict.fromkeys(BUCKETS, _BUCKET),
    "aws:sns/topic:Topic": Refusal(("aws:sns/topicPolicy:TopicPolicy",), "arn", ("sns:Publish", "sns:*")),
    "aws:sqs/queue:Queue": Refusal(("aws:sqs/queuePolicy:QueuePolicy",), "queueUrl", ("sqs:SendMessage", "sqs:*")),
}
_LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
_SWITCHES = {
    "aws:elasticache/replicationGroup:ReplicationGroup": "transitEncryptionEnabled",
    "aws:opensearch/domain:Domain": "domainEndpointOptions.enforceHttps",
}


def _judge(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
    for resource in resources:
        if resource.type in REFUSALS:
            yield from _store(resource, REFUSALS[resource.type], resources)
        if resource.type in _LISTENERS:
            yield from _listener(resource)
        if resource.type in _SWITCHES:
            yield from _switch(resource, _SWITCHES[resource.type])


def _store(store: Resource, refusal: Refusal, resources: Sequence[Resource]) -> Iterator[Verdict]:
    policies = parts(store, refusal.policies, refusal.property, resources)
    said = [(policy, each) for policy in (store, *policies.found) for each in statements(policy)]
    if any(isinstance(each, Statement) and _denies(each, refusal) for _, each in said):
        return
    open_questions = [each for _, each in said if isinstance(each, Undecided)]
    yield from open_questions
    if open_questions:
        return
    if policies.unsure and not policies.found:
        yield Undecided(store, refusal.property)
        return
    action = refusal.actions[0]
    yield Broken(
        store,
        f"{store} takes requests in the clear: no policy of it denies {action} where aws:SecureTransport is false.",
        f'Deny principal "*" {action} in its policy under the condition Bool aws:SecureTransport "false", on all that '
        "it holds.",
    )


def _denies(statement: Statement, refusal: Refusal) -> bool:
    return (
        statement.body.get("Effect") == "Deny"
        and ("AWS", "*") in statement.principals
        and any(action.lower() in map(str.lower, refusal.actions) for action in statement.actions)
        and (refusal is not _BUCKET or _all_of_it(statement))
        and [(op.lower(), key.lower(), [str(v).lower() for v in values]) for op, key, values in statement.conditions]
        == [("bool", "aws:securetransport", ["false"])]
    )


def _all_of_it(statement: Statement) -> bool:
    """Return whether a statement is on a bucket and on the objects in it."""
    whole = [each for each in statement.resources if not each.endswith("/*")]
    return "*" in whole or bool(whole and any(each.endswith("/*") for each in statement.resources))


def _listener(listener: Resource) -> Iterator[Verdict]:
    protocol = listener.inputs.get("protocol")
    if UNKNOWN in (protocol, listener.inputs.get("defaultActions")):
        yield Undecided(listener, "protocol" if protocol == UNKNOWN else "defaultActions")
    elif protocol not in ("HTTPS", "TLS") and not _redirects(listener):
        what = f"{listener} listens in the clear: protocol is {shown(protocol)}."
        yield Broken(listener, what, "Set protocol to HTTPS (TLS on a network load balancer), or only redirect to it.")


def _redirects(listener: Resource) -> bool:
    actions = as_list(listener.inputs.get("defaultActions"))
    targets = [value for _, value in at(listener.inputs, "defaultActions[].redirect.protocol")]
    return bool(actions) and set(targets) == {"HTTPS"}


def _switch(resource: Resource, property: str) -> Iterator[Verdict]:
    for path, value in at(resource.inputs, property):
        if value == UNKNOWN:
            yield Undecided(resource, path)
        elif value is not True:
            yield Broken(resource, f"{resource} talks in the clear: {path} is {shown(value)}.", f"Set {path} to true.")


RULE = Rule(
    "tls-only",
    "Nothing is sent in the clear: buckets, topics and queues deny plain HTTP, and what listens speaks TLS.",
    _judge,
)
