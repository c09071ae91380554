"""What an alarm says to a row of datapoints: a pure decision, after CloudWatch's table of missing data."""

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from localcloud.alarms.definition import Definition, State
from localcloud.metrics.expressions import Values

EXTRA_PERIODS = 2
"""How many periods before the evaluated ones are looked at to make up for missing ones."""

_BREACHES: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The state an alarm should be in, and why; `data` is CloudWatch's StateReasonData."""

    state: State
    reason: str
    data: str


def judge(definition: Definition, starts: Sequence[float], values: Values) -> Verdict | None:
    """Return the state that `values` (oldest first, one a period) call for, or None to keep the present one.

    Source: "Configuring how CloudWatch alarms treat missing data" of the CloudWatch user guide. The latest existing
    datapoints count; only what is still missing then is filled as TreatMissingData says.
    """
    known = [(at, value) for at, value in zip(starts, values, strict=True) if value is not None]
    recent = known[-definition.periods :]
    absent = definition.periods - len(recent)
    breaching = sum(_breaches(definition, value) for _, value in recent)
    state = _state(definition, len(recent), breaching, absent)
    if state is None:
        return None
    return Verdict(state=state, reason=_reason(definition, state, recent, absent), data=_data(definition, recent))


def _state(definition: Definition, existing: int, breaching: int, absent: int) -> State | None:
    needed = definition.datapoints
    if definition.missing == "breaching":
        return "ALARM" if breaching + absent >= needed else "OK"
    if definition.missing == "notBreaching":
        return "ALARM" if breaching >= needed else "OK"
    if breaching >= needed:
        return "ALARM"
    if definition.missing == "ignore":
        return "OK" if breaching < existing or (existing and not breaching) else None
    if not existing:
        return "INSUFFICIENT_DATA"
    return "ALARM" if breaching == existing and absent else "OK"


def _breaches(definition: Definition, value: float) -> bool:
    return _BREACHES[definition.comparison][0](value, definition.threshold)


def _reason(definition: Definition, state: State, recent: Sequence[tuple[float, float]], absent: int) -> str:
    unknown = f"{absent} datapoint{'s were' if absent != 1 else ' was'}"
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {unknown} unknown."
    words = _BREACHES[definition.comparison][1]
    if not recent:
        kind = "Breaching" if definition.missing == "breaching" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {absent} period{'s' if absent != 1 else ''} and "
            f"{absent} missing datapoint{'s were' if absent != 1 else ' was'} treated as [{kind}]."
        )
    hits = [pair for pair in recent if _breaches(definition, pair[1])]
    shown = ", ".join(f"{value} ({_stamp(at)})" for at, value in reversed(hits if state == "ALARM" else recent))
    if state == "ALARM":
        return (
            f"Threshold Crossed: {len(hits)} out of the last {definition.periods} datapoints [{shown}] "
            f"{'were' if len(hits) != 1 else 'was'} {words} the threshold ({definition.threshold}) "
            f"(minimum {definition.datapoints} datapoint{'s' if definition.datapoints != 1 else ''} "
            "for OK -> ALARM transition)."
        )
    missed = len(recent) - len(hits)
    return (
        f"Threshold Crossed: {missed} out of the last {definition.periods} datapoints [{shown}] "
        f"{'were' if missed != 1 else 'was'} not {words} the threshold ({definition.threshold}) "
        f"(minimum {definition.periods - definition.datapoints + 1} datapoint(s) for ALARM -> OK transition)."
    )


def _data(definition: Definition, recent: Sequence[tuple[float, float]]) -> str:
    return json.dumps(
        {
            "version": "1.0",
            "period": definition.period,
            "threshold": definition.threshold,
            "recentDatapoints": [value for _, value in recent],
            "evaluatedDatapoints": [
                {"timestamp": datetime.fromtimestamp(at, UTC).isoformat(), "value": value}
                for at, value in reversed(recent)
            ],
        }
    )


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d/%m/%y %H:%M:%S")
