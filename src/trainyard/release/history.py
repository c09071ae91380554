"""Alarms that tripped and recovered between two looks, from CloudWatch's history."""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard.release.record import TrippedAlarm


def tripped_since(cloudwatch: Any, names: tuple[str, ...], since: float) -> list[TrippedAlarm]:
    """Return those of the named alarms that went to ALARM after `since` (epoch seconds), with the reason.

    Best effort: it only makes a verdict more telling, so a refusal counts as "none found".
    """
    found: list[TrippedAlarm] = []
    for name in names:
        try:
            answer = cloudwatch.describe_alarm_history(
                AlarmName=name, HistoryItemType="StateUpdate", StartDate=datetime.fromtimestamp(since, UTC)
            )
        except ClientError:
            return found
        reasons = [_reason(item["HistoryData"]) for item in answer["AlarmHistoryItems"]]
        found += [TrippedAlarm(name=name, reason=reason) for reason in reasons if reason][:1]
    return found


def _reason(data: str) -> str:
    state = json.loads(data).get("newState", {})
    return state.get("stateReason", "") if state.get("stateValue") == "ALARM" else ""
