"""Delivers events to the targets of rules, in place of moto's delivery.

moto keeps rules and patterns. Here a disabled or scheduled rule takes no events, an event looks as AWS documents it,
Input, InputPath and InputTransformer are honoured, SNS topics and functions are targets, and one failing target stops
no other. Functions are run by a listener: a replay, which has none, runs nothing again.
"""

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.events.message import message_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ToFunction:
    """What a rule or topic hands to a function: the payload, and the service and resource that ask for it."""

    function_arn: str
    payload: str
    service: str
    source_arn: str

    @property
    def source_account(self) -> str:
        """The account of the rule or topic."""
        return self.source_arn.split(":")[4]


_listeners: list[Callable[[ToFunction], None]] = []
_send_by_moto = Rule.send_to_targets


def listen(listener: Callable[[ToFunction], None]) -> None:
    """Hand what is meant for functions to `listener`; it runs under moto's lock and must not call the cloud."""
    _listeners[:] = [listener]


def ignore() -> None:
    """Stop telling the listener."""
    _listeners.clear()


def to_function(asked: ToFunction) -> None:
    """Hand a payload to the function that it is meant for, if functions are run."""
    for listener in _listeners:
        listener(asked)


def _send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
    if self.state == "DISABLED" or not self.event_pattern.get_pattern():
        return
    event = _documented(original_event)
    if not self.event_pattern.matches_event(event):  # type: ignore[arg-type]
        return
    others = []
    for target in self.targets:
        _, _, service, region, account, resource = target["Arn"].split(":", 5)
        if service == "lambda":
            message = message_of(target, event, rule_name=self.name, rule_arn=self.arn)
            to_function(rule_to_function(target["Arn"], message, self.arn))
            continue
        deliver = _DELIVERIES.get(service)
        if deliver is None:
            others.append(target)
            continue
        message = message_of(target, event, rule_name=self.name, rule_arn=self.arn)
        try:
            deliver(account, region, resource, message, target)
        except Exception:  # AWS retries and then drops; a target that fails must not keep the event from the others
            log.exception("rule %s could not deliver to %s", self.name, target["Arn"])
    for target in others:
        alone = copy.copy(self)
        alone.targets = [target]
        try:
            _send_by_moto(alone, original_event, transform_input)
        except NotImplementedError:
            log.warning("rule %s: targets such as %s are not served here", self.name, target["Arn"])
        except Exception:
            log.exception("rule %s could not deliver to %s", self.name, target["Arn"])


def rule_to_function(function_arn: str, payload: str, rule_arn: str) -> ToFunction:
    """Return what a rule hands to a function."""
    return ToFunction(function_arn=function_arn, payload=payload, service="events.amazonaws.com", source_arn=rule_arn)


def _documented(event: Any) -> dict[str, Any]:
    """Return an event with exactly the fields that AWS's events have."""
    stamp = event["time"]
    moment = stamp if isinstance(stamp, datetime) else datetime.fromtimestamp(float(stamp), UTC)
    fields = ("id", "detail-type", "source", "account", "region", "resources", "detail")
    return {
        "version": "0",
        **{field: event[field] for field in fields},
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _to_queue(account: str, region: str, queue: str, message: str, target: dict[str, Any]) -> None:
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    sqs_backends[account][region].send_message(queue_name=queue, message_body=message, group_id=group)


def _to_topic(account: str, region: str, topic: str, message: str, target: dict[str, Any]) -> None:
    sns_backends[account][region].publish(message, arn=target["Arn"])


def _to_log_group(account: str, region: str, resource: str, message: str, target: dict[str, Any]) -> None:
    group = resource.removeprefix("log-group:").removesuffix(":*")
    stream = str(mock_random.uuid4())
    backend = logs_backends[account][region]
    backend.create_log_stream(group, stream)
    stamp = int(datetime.now(UTC).timestamp() * 1000)
    backend.put_log_events(group, stream, [{"timestamp": stamp, "message": message}])


_DELIVERIES = {"sqs": _to_queue, "sns": _to_topic, "logs": _to_log_group}

Rule.send_to_targets = _send_to_targets  # type: ignore[method-assign]
