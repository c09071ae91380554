"""The cases that mislead reviewers, one document each."""

import json
from collections.abc import Callable
from typing import Any

from tests.unit.preview.plans import STACK, UNKNOWN, component, document, state, step, true_document, urn

PLAIN = "hunter2-plain-text"
MARKED = "m4rked-plain-text"
ENGINE_SECRET = "[secret]"
INJECTED = '</code></details><script>alert("x")</script> | `` @everyone ![x](https://example.com/x.png)\n# big <!-- -->'


def marked(text: str) -> dict[str, str]:
    """Return a secret as the engine marks it where it may show it."""
    signature = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    return {**signature, "plaintext": json.dumps(text), "ciphertext": "v1:abc:def"}


def two_hundred() -> dict[str, Any]:
    """Return an environment of 200 changes: 120 alarms are new, 79 are updated, and one table goes."""
    alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"
    steps = [component("box")]
    for number in range(120):
        address = urn(alarm, f"alarm-{number:03d}", "trainyard:infra:Box")
        steps.append(
            step("create", None, state(address, {"threshold": number}, parent=urn("trainyard:infra:Box", "box")))
        )
    for number in range(79):
        address = urn(alarm, f"other-{number:03d}")
        old, new = (state(address, {"threshold": number, "name": text * 30}) for text in ("old ", "new "))
        steps.append(step("update", old, new, detailedDiff={"name": {"kind": "update", "inputDiff": True}}))
    table = urn("aws:dynamodb/table:Table", "records", "trainyard:infra:Box")
    steps.append(
        step("delete", state(table, {"hashKey": "id"}, id="records-1", parent=urn("trainyard:infra:Box", "box")))
    )
    return document(*steps)


def secrets() -> dict[str, Any]:
    """Return secrets everywhere: marked, by name, in JSON, in an old state, in a message, and repeated elsewhere."""
    function = urn("aws:lambda/function:Function", "answer")
    environment = {"variables": {"DB_PASSWORD": PLAIN, "LEVEL": "info"}}
    old = state(function, {"environment": environment, "description": f"uses {MARKED}", "role": "a"})
    new = state(
        function,
        {"environment": {"variables": {"DB_PASSWORD": "other-plain-text", "LEVEL": "debug"}}, "role": marked(MARKED)},
    )
    parameter = urn("aws:ssm/parameter:Parameter", "settings")
    inside = [
        json.dumps({"user": "bob", "login": {"password": text}, "note": MARKED}) for text in (PLAIN, "third-plain-text")
    ]
    hidden = urn("aws:ssm/parameter:Parameter", "token")
    return document(
        step("update", old, new, detailedDiff={"environment.variables.DB_PASSWORD": {"kind": "update"}}),
        step("update", state(parameter, {"value": inside[0]}), state(parameter, {"value": inside[1]})),
        step(
            "update",
            state(hidden, {"value": ENGINE_SECRET}),
            state(hidden, {"value": ENGINE_SECRET}),
            detailedDiff={"value": {"kind": "update", "inputDiff": True}},
        ),
        diagnostics=[{"severity": "warning", "message": f"warning: {MARKED} is weak"}],
    )


def hidden_replacement() -> dict[str, Any]:
    """Return a table that is replaced three components deep, among many updates that do not matter."""
    outer, middle, inner = (
        urn("trainyard:infra:Box", name, *["trainyard:infra:Box"] * depth) for depth, name in enumerate(("a", "b", "c"))
    )
    around = ["trainyard:infra:Box"] * 3
    table = urn("aws:dynamodb/table:Table", "orders", *around)
    sides = [state(table, {"hashKey": key, "name": "orders"}, parent=inner, id="orders") for key in ("id", "order")]
    noise = []
    for number in range(12):
        address = urn("aws:cloudwatch/dashboard:Dashboard", f"board-{number:02d}", "trainyard:infra:Box")
        noise.append(
            step("update", *(state(address, {"dashboardBody": text}, parent=outer) for text in ("{}", '{"a": 1}')))
        )
    return document(
        step("same", state(outer), state(outer)),
        step("same", state(middle, parent=outer), state(middle, parent=outer)),
        step("same", state(inner, parent=middle), state(inner, parent=middle)),
        *noise,
        *(step(op, *sides, replaceReasons=["hashKey"]) for op in ("create-replacement", "replace")),
        step("delete-replaced", sides[0]),
    )


def renamed() -> dict[str, Any]:
    """Return a bucket with another logical name, and one whose tag changes besides."""
    one, other, third, fourth = (
        urn("aws:s3/bucket:Bucket", name) for name in ("raw", "incoming", "logs", "access-logs")
    )
    return document(
        step("same", state(one, {"bucket": "x"}), state(other, {"bucket": "x"}, aliases=[one])),
        step("update", state(third, {"tags": {"a": "1"}}), state(fourth, {"tags": {"a": "2"}}, aliases=[third])),
    )


def not_known() -> dict[str, Any]:
    """Return values that are not known before apply, whole, in a list and in a document."""
    policy = urn("aws:s3/bucketPolicy:BucketPolicy", "policy")
    old = {"bucket": "b", "policy": '{"Statement": [{"Effect": "Deny", "Principal": "*"}]}', "keys": ["k1", "k2"]}
    new = {"bucket": UNKNOWN, "policy": UNKNOWN, "keys": ["k1", UNKNOWN]}
    return document(step("update", state(policy, old), state(policy, new)))


def nothing() -> dict[str, Any]:
    """Return a plan that changes nothing."""
    key = state(urn("aws:kms/key:Key", "key"), {"deletionWindowInDays": 7})
    return document(step("same", key, key))


def injection() -> dict[str, Any]:
    """Return values and names that try to be more than text, in every renderer."""
    tags = urn("aws:s3/bucket:Bucket", f"bucket {INJECTED}")
    topic = urn("aws:sns/topic:Topic", "topic")
    old, new = (state(tags, {"tags": {INJECTED: text}, "bucket": text}) for text in (INJECTED, f"{INJECTED}!"))
    return document(
        step("update", old, new),
        step("create", None, state(urn("aws:sns/topic:Topic", INJECTED), {}, parent=STACK)),
        step("delete", state(topic, {}, id=INJECTED)),
        diagnostics=[{"severity": "warning", "message": f"warning: {INJECTED}"}],
    )


def keeps_less() -> dict[str, Any]:
    """Return updates in place that lose something all the same."""
    logs = urn("aws:cloudwatch/logGroup:LogGroup", "logs")
    table = urn("aws:dynamodb/table:Table", "records")
    return document(
        step("update", state(logs, {"retentionInDays": 365}), state(logs, {"retentionInDays": 7})),
        step(
            "update",
            state(table, {"pointInTimeRecovery": {"enabled": True}}, protect=True),
            state(table, {"pointInTimeRecovery": {"enabled": False}}),
        ),
    )


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "two_hundred": two_hundred,
    "secrets": secrets,
    "hidden_replacement": hidden_replacement,
    "renamed": renamed,
    "not_known": not_known,
    "nothing": nothing,
    "injection": injection,
    "keeps_less": keeps_less,
    **{name: lambda name=name: true_document(name) for name in ("replaced", "protected", "drift", "network")},
}
"""Name of the golden files -> document."""
