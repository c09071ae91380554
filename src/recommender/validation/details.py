"""report.json: all that the page shows, as JSON types, for programs."""

from dataclasses import asdict
from typing import Any

from recommender.validation.earlier import moved_days
from recommender.validation.judgement import Judgement
from recommender.validation.record import Record


def describe(judged: Judgement, found: dict[str, Any]) -> dict[str, Any]:
    """Return report.json: all that the report for people shows."""
    return {
        "schema": 1,
        "evidence": found,
        "snapshot": judged.snapshot,
        "findings": [finding.document() for finding in judged.findings],
        "quarantine": [
            {
                "reason": reason,
                "meaning": f"The line {judged.rules[reason].meaning}.",
                "column": judged.rules[reason].column,
                "rows": rows,
                "examples": [_plain(line) for line in judged.quarantine.examples[reason]],
            }
            for reason, rows in judged.quarantine.reasons.items()
        ],
        "weeks": [
            {
                "first_day": week.first_day.isoformat(),
                "rows": week.rows,
                "expected": week.expected,
                "low": week.low,
                "high": week.high,
                "strange": week.strange,
            }
            for week in judged.volume.weeks
        ],
        "columns": [column.document() for column in judged.columns],
        "earlier": _earlier(judged.record, judged.accepted),
    }


def _earlier(record: Record | None, accepted: Record | None) -> dict[str, Any] | None:
    if record is None or accepted is None:
        return None
    return {
        "data_hash": accepted.data_hash,
        "generation": accepted.generation,
        "rows": accepted.rows,
        "quarantined": accepted.quarantined,
        "last_day": accepted.last_day.isoformat(),
        "moved": [
            {"day": one.day.isoformat(), "before": asdict(one.before), "after": asdict(one.after)}
            for one in moved_days(record, accepted)
        ],
    }


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON types, its place counted from 1; what is no number in JSON becomes text."""
    row = {"row": line["position"] + 1} | {name: value for name, value in line.items() if name != "position"}
    return {
        name: value if value is None or isinstance(value, (int, str)) else str(value) for name, value in row.items()
    }
