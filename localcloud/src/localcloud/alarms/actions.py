"""What follows when an alarm changes its state: an event on the bus, and messages to the topics it names."""

import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from localcloud.alarms.cloudwatch import Transition, record_action
from localcloud.alarms.definition import read_definition
from localcloud.clock import in_milliseconds
from localcloud.cloud import EventBus
from localcloud.scope import Scope

log = logging.getLogger(__name__)


class Actions:
    """Carries out what transitions call for, on a thread of its own, in their order."""

    def __init__(self, bus: EventBus, client: Callable[[str, Scope], Any]) -> None:
        self._bus = bus
        self._client = client
        self._queue: queue.SimpleQueue[Transition | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="alarm-actions", daemon=True)
        self._thread.start()

    def submit(self, transition: Transition) -> None:
        """Take a transition; returns at once."""
        self._queue.put(transition)

    def stop(self) -> None:
        """End the thread after what was submitted."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while (transition := self._queue.get()) is not None:
            try:
                self._emit(transition)
                self._notify(transition)
            except Exception:  # an action that fails must not keep the next alarm's from being carried out
                log.exception("actions of alarm %s failed", transition.alarm.name)

    def _emit(self, transition: Transition) -> None:
        self._bus.emit(
            transition.scope,
            source="aws.cloudwatch",
            detail_type="CloudWatch Alarm State Change",
            detail=event_detail(transition),
            resources=[transition.alarm.alarm_arn],
        )

    def _notify(self, transition: Transition) -> None:
        alarm = transition.alarm
        if not alarm.actions_enabled:
            return
        actions = {
            "ALARM": alarm.alarm_actions,
            "OK": alarm.ok_actions,
            "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
        }
        for arn in actions[transition.after["value"]] or []:
            if ":scalingPolicy:" in arn:
                continue  # the scaler reads the alarms of policies by itself, for as long as they are on
            if ":sns:" not in arn:
                log.info("alarm %s names the action %s, which is not carried out here", alarm.name, arn)
                continue
            self._client("sns", transition.scope).publish(
                TopicArn=arn,
                Subject=f'{transition.after["value"]}: "{alarm.name}" in {transition.scope.region}'[:100],
                Message=json.dumps(notification(transition)),
            )
            record_action(alarm, f"Successfully executed action {arn}", {"actionState": "Succeeded", "action": arn})


def event_detail(transition: Transition) -> dict[str, Any]:
    """Return the detail of a CloudWatch Alarm State Change event."""
    return {
        "alarmName": transition.alarm.name,
        "state": _dated(transition.after),
        "previousState": _dated(transition.before),
        "configuration": {
            "description": transition.alarm.description or "",
            "metrics": _configured(transition),
        },
    }


def notification(transition: Transition) -> dict[str, Any]:
    """Return the message that CloudWatch sends to a topic."""
    alarm, scope = transition.alarm, transition.scope
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": scope.account,
        "AlarmArn": alarm.alarm_arn,
        "NewStateValue": transition.after["value"],
        "NewStateReason": transition.after["reason"],
        "StateChangeTime": _stamp(transition.after["timestamp"]),
        "Region": scope.region,
        "OldStateValue": transition.before["value"],
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Statistic": alarm.statistic or alarm.extended_statistic,
            "Unit": alarm.unit,
            "Dimensions": [{"name": d.name, "value": d.value} for d in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "DatapointsToAlarm": alarm.datapoints_to_alarm,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
            "TreatMissingData": alarm.treat_missing_data or "missing",
            "Metrics": _configured(transition),
        },
    }


def _configured(transition: Transition) -> list[dict[str, Any]]:
    definition = read_definition(transition.scope, transition.alarm)
    described: list[dict[str, Any]] = []
    for query in definition.queries if definition else ():
        row: dict[str, Any] = {"id": query.id, "returnData": query.returns}
        if query.metric is None:
            row["expression"] = query.expression
        else:
            metric = {
                "namespace": query.metric.namespace,
                "name": query.metric.name,
                "dimensions": dict(query.metric.dimensions),
            }
            row["metricStat"] = {"metric": metric, "period": definition and definition.period, "stat": query.stat}
        described.append(row)
    return described


def _dated(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "timestamp": _stamp(state["timestamp"])}


def _stamp(moment: Any) -> str:
    return f"{in_milliseconds(moment)}+0000"
