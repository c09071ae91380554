"""Rules with a schedule: fires those that are due, with AWS's "Scheduled Event".

A rate is a duration and divided by the clock's speed; a cron expression names moments, which are not. What came due
while the cloud was stopped is not made up for: a rate counts anew from the cloud's start.

Source: EventBridge user guide, "Creating a rule that runs on a schedule".
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.events.models import events_backends

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.events.delivery import rule_to_function, to_function
from localcloud.events.message import message_of
from localcloud.schedules import next_time, parse_schedule
from localcloud.scope import Scope

log = logging.getLogger(__name__)

_LONGEST_LOOK_SECONDS, _SHORTEST_LOOK_SECONDS = 0.5, 0.05


@dataclass(frozen=True)
class ScheduledRule:
    """An enabled rule with a schedule, as moto knows it at this moment."""

    scope: Scope
    name: str
    arn: str
    expression: str
    targets: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _Due:
    expression: str
    start: datetime
    at: datetime | None


class ScheduledRules:
    """Looks at all rules again and again; holds moto's lock only while it reads them."""

    def __init__(self, cloud: Cloud, lock: threading.RLock) -> None:
        self._cloud = cloud
        self._lock = lock
        self._due: dict[str, _Due] = {}

    def run(self, stop: threading.Event) -> None:
        """Fire what is due until `stop` is set."""
        pause = _LONGEST_LOOK_SECONDS
        while not stop.wait(pause):
            pause = self.step(self._cloud.clock.now())

    def step(self, now: datetime) -> float:
        """Fire what is due at `now`, and return after how many real seconds to look again."""
        with self._lock:
            rules = list(_scheduled())
        known = {rule.arn for rule in rules}
        self._due = {arn: due for arn, due in self._due.items() if arn in known}
        for rule in rules:
            self._look(rule, now)
        waits = [(due.at - now).total_seconds() for due in self._due.values() if due.at is not None]
        return max(min([*waits, _LONGEST_LOOK_SECONDS]), _SHORTEST_LOOK_SECONDS)

    def _look(self, rule: ScheduledRule, now: datetime) -> None:
        due = self._due.get(rule.arn)
        if due is None or due.expression != rule.expression:
            self._due[rule.arn] = self._next(rule.expression, now, now)
        elif due.at is not None and due.at <= now:
            self._due[rule.arn] = self._next(rule.expression, now, due.start)
            self._fire(rule, now)

    def _next(self, expression: str, now: datetime, start: datetime) -> _Due:
        try:
            schedule = parse_schedule(expression, None)
        except ValidationError:  # made by an older local cloud, which did not look at it
            return _Due(expression, start, None)
        return _Due(expression, start, next_time(schedule, now, start=start, end=None, speed=self._cloud.clock.speed))

    def _fire(self, rule: ScheduledRule, now: datetime) -> None:
        event = scheduled_event(rule, now)
        for target in rule.targets:
            try:
                message = message_of(target, event, rule_name=rule.name, rule_arn=rule.arn)
                self._send(rule, target, message)
            except Exception:  # a target that fails must not keep the event from the others
                log.exception("rule %s could not deliver to %s", rule.name, target["Arn"])

    def _send(self, rule: ScheduledRule, target: dict[str, Any], message: str) -> None:
        _, _, service, region, account, resource = target["Arn"].split(":", 5)
        if service == "lambda":
            to_function(rule_to_function(target["Arn"], message, rule.arn))
            return
        send = _SENDERS.get(service)
        if send is None:
            log.warning("rule %s: targets such as %s are not served here", rule.name, target["Arn"])
            return
        send(self._cloud.client(service, Scope(account, region)), resource, message, target)


def scheduled_event(rule: ScheduledRule, now: datetime) -> dict[str, Any]:
    """Return the event of a scheduled rule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.scope.account,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": rule.scope.region,
        "resources": [rule.arn],
        "detail": {},
    }


def _scheduled() -> Iterator[ScheduledRule]:
    for account, regions in list(events_backends.items()):
        for region, backend in list(regions.items()):
            for rule in list(backend.event_buses["default"].rules.values()):
                if rule.scheduled_expression and rule.state != "DISABLED":
                    targets = tuple(dict(target) for target in rule.targets)
                    yield ScheduledRule(Scope(account, region), rule.name, rule.arn, rule.scheduled_expression, targets)


def _to_queue(client: Any, queue: str, message: str, target: dict[str, Any]) -> None:
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody=message, **({"MessageGroupId": group} if group else {}))


def _to_topic(client: Any, topic: str, message: str, target: dict[str, Any]) -> None:
    client.publish(TopicArn=target["Arn"], Message=message)


def _to_log_group(client: Any, resource: str, message: str, target: dict[str, Any]) -> None:
    place = {"logGroupName": resource.removeprefix("log-group:").removesuffix(":*"), "logStreamName": str(uuid.uuid4())}
    client.create_log_stream(**place)
    stamp = int(datetime.now(UTC).timestamp() * 1000)
    client.put_log_events(**place, logEvents=[{"timestamp": stamp, "message": message}])


_SENDERS: dict[str, Callable[[Any, str, str, dict[str, Any]], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "logs": _to_log_group,
}
