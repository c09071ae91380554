"""CloudWatch's alarm operations where moto differs from AWS.

A new alarm has INSUFFICIENT_DATA, an updated one keeps its state, changes of state have a history
(DescribeAlarmHistory) and are told to a listener.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from localcloud.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Transition:
    """An alarm that went from one state to another; states are mappings of value, reason, reason data and time."""

    scope: Scope
    alarm: Any
    before: dict[str, Any]
    after: dict[str, Any]


_listeners: list[Callable[[Transition], None]] = []
_put_metric_alarm = CloudWatchBackend.put_metric_alarm
_set_alarm_state = CloudWatchBackend.set_alarm_state


def listen(listener: Callable[[Transition], None]) -> None:
    """Call `listener` with each change of state from now on; it runs under moto's lock and must not call the cloud."""
    _listeners[:] = [listener]


def ignore() -> None:
    """Stop telling the listener."""
    _listeners.clear()


def _put(self: CloudWatchBackend, name: str, *arguments: Any, **named: Any) -> Any:
    known = self.alarms.get(name)
    alarm = _put_metric_alarm(self, name, *arguments, **named)
    if known is None:
        alarm.state_value = "INSUFFICIENT_DATA"
        _record(alarm, "ConfigurationUpdate", f'Alarm "{name}" created', {"type": "Create", "version": "1.0"})
        return alarm
    for field in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history"):
        setattr(alarm, field, getattr(known, field))
    _record(alarm, "ConfigurationUpdate", f'Alarm "{name}" updated', {"type": "Update", "version": "1.0"})
    return alarm


def _set(self: CloudWatchBackend, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
    alarm = self.alarms.get(alarm_name)
    before = _state(alarm) if alarm else {}
    history = list(alarm.history) if alarm else []
    _set_alarm_state(self, alarm_name, reason, reason_data, state_value)
    assert alarm is not None
    alarm.history = history  # without moto's own entry, which is no history item of AWS
    after = _state(alarm)
    if before["value"] == after["value"]:
        return
    data = {"version": "1.0", "oldState": _plain(before), "newState": _plain(after)}
    _record(alarm, "StateUpdate", f"Alarm updated from {before['value']} to {after['value']}", data)
    for listener in _listeners:
        listener(Transition(scope=Scope(self.account_id, self.region_name), alarm=alarm, before=before, after=after))


def record_action(alarm: Any, summary: str, data: dict[str, Any]) -> None:
    """Add an action that was carried out to an alarm's history."""
    _record(alarm, "Action", summary, data)


def _state(alarm: Any) -> dict[str, Any]:
    return {
        "value": alarm.state_value,
        "reason": alarm.state_reason,
        "reasonData": alarm.state_reason_data,
        "timestamp": alarm.state_updated_timestamp,
    }


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    return {"stateValue": state["value"], "stateReason": state["reason"]}


def _record(alarm: Any, kind: str, summary: str, data: dict[str, Any]) -> None:
    alarm.history.append(
        {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": datetime.now(UTC),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps(data),
        }
    )


def _describe_history(self: Any) -> ActionResult:
    """Serve DescribeAlarmHistory, the newest first, all in one page up to MaxRecords."""
    name, kind = self._get_param("AlarmName"), self._get_param("HistoryItemType")
    start, end = self._get_param("StartDate"), self._get_param("EndDate")
    items = [
        item
        for alarm in self.cloudwatch_backend.alarms.values()
        for item in alarm.history
        if name in (None, alarm.name)
        and kind in (None, item["HistoryItemType"])
        and (start is None or item["Timestamp"] >= start.replace(tzinfo=start.tzinfo or UTC))
        and (end is None or item["Timestamp"] <= end.replace(tzinfo=end.tzinfo or UTC))
    ]
    newest_first = self._get_param("ScanBy", "TimestampDescending") == "TimestampDescending"
    items.sort(key=lambda item: item["Timestamp"], reverse=newest_first)
    return ActionResult({"AlarmHistoryItems": items[: int(self._get_param("MaxRecords") or 100)]})


CloudWatchBackend.put_metric_alarm = _put  # type: ignore[method-assign]
CloudWatchBackend.set_alarm_state = _set  # type: ignore[method-assign]
CloudWatchResponse.describe_alarm_history = _describe_history  # type: ignore[attr-defined]
