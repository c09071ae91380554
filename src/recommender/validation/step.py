"""The validation step: judge a snapshot, set bad rows apart, hand the others on, and stop where too much is bad."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender.container import Container, write_json
from recommender.errors import BadOrders
from recommender.validation.dirt import check_dirt
from recommender.validation.evidence import evidence, passed
from recommender.validation.finding import Finding, Level
from recommender.validation.group_rules import group_rules
from recommender.validation.limits import Limits, parse_limits
from recommender.validation.line_rules import line_rules
from recommender.validation.orders_table import opened, query, read_lines
from recommender.validation.profile import ColumnProfile, profile_columns
from recommender.validation.quarantine import Quarantine, quarantine, write_quarantined, write_validated
from recommender.validation.recent import check_recent
from recommender.validation.report import render_report
from recommender.validation.rule import GroupRule, LineRule
from recommender.validation.schema import check_columns, check_validated
from recommender.validation.verdict import check_quarantine
from recommender.validation.volume import Volume, check_volume, measure_volume


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one validation found."""

    snapshot: dict[str, Any]
    """As ingest described it."""
    rows: int
    rules: dict[str, LineRule | GroupRule]
    quarantine: Quarantine
    findings: list[Finding]
    volume: Volume
    columns: list[ColumnProfile]


def validate(container: Container, arguments: Sequence[str] = ()) -> None:
    """Judge snapshot/; write report/, and validated/ where it passes.

    report/ holds validation.json (the evidence), report.json (everything), validation.html and quarantine.parquet;
    validated/ holds a snapshot of the rows that are not in quarantine.

    Raises:
        BadOrders: a check failed; the text names the first rows.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    rules = {rule.reason: rule for rule in (*line_rules(now), *group_rules())}
    limits = parse_limits(arguments, rules)
    folder, report = container.processing_input("snapshot"), container.processing_output("report")
    with opened() as backend:
        judged = judge(backend, folder, rules, limits, now)
        validated_hash = None
        if passed(judged.findings):
            validated_hash = hand_on(backend, judged, folder, container.processing_output("validated"))
        write_quarantined(backend, report / "quarantine.parquet")
    write_report(judged, validated_hash, report)
    for finding in judged.findings:
        print(f"{finding.level:8} {finding.check}: {finding.message}")
    failed = [finding for finding in judged.findings if finding.level is Level.FAILURE]
    if failed:
        raise BadOrders("the orders failed validation: " + "; ".join(map(explain, failed)))


def judge(
    backend: Any, folder: Path, rules: dict[str, LineRule | GroupRule], limits: Limits, now: datetime
) -> Judgement:
    """Judge the rows, then what remains of them, then everything together.

    Raises:
        BadOrders: the columns are not those of orders; nothing can be judged then.
    """
    lines = read_lines(backend, folder / "orders.parquet")
    check_columns(lines)
    rows = int(lines.count().to_pyarrow().as_py())
    of_lines = [rule for rule in rules.values() if isinstance(rule, LineRule)]
    of_groups = [rule for rule in rules.values() if isinstance(rule, GroupRule)]
    found = quarantine(backend, lines, of_lines, of_groups)
    volume = measure_volume(backend)
    findings = [
        *check_quarantine(found, rows, rules, limits),
        *check_dirt(backend, lines),
        *check_volume(volume, now, limits),
        *(check_recent(backend) if volume.rows else ()),
    ]
    return Judgement(
        snapshot=json.loads((folder / "snapshot.json").read_text()),
        rows=rows,
        rules=rules,
        quarantine=found,
        findings=findings,
        volume=volume,
        columns=profile_columns(backend),
    )


def hand_on(backend: Any, judged: Judgement, folder: Path, target: Path) -> str:
    """Write the validated snapshot for the later steps, check it as they will read it, and return its hash.

    Its `data_hash` stays the snapshot's: that is the identity of the data. `validated_hash` says what became of it.
    """
    orders = target / "orders.parquet"
    validated_hash = write_validated(backend, folder / "orders.parquet", orders)
    check_validated(
        backend.read_parquet(str(orders)), [rule for rule in judged.rules.values() if isinstance(rule, LineRule)]
    )
    first, last = query(backend, "SELECT min(invoice_date), max(invoice_date) FROM good")[0]
    write_json(
        target / "snapshot.json",
        judged.snapshot
        | {
            "rows": judged.volume.rows,
            "customers": judged.volume.customers,
            "first_order": first.isoformat(),
            "last_order": last.isoformat(),
            "quarantined": judged.quarantine.rows,
            "validated_hash": validated_hash,
        },
    )
    return validated_hash


def write_report(judged: Judgement, validated_hash: str | None, report: Path) -> None:
    """Write the evidence, and the report for programs and for people."""
    found = evidence(judged.snapshot["data_hash"], validated_hash, judged.rows, judged.quarantine, judged.findings)
    write_json(report / "validation.json", found)
    details = describe(judged, found)
    write_json(report / "report.json", details)
    (report / "validation.html").write_text(render_report(details))


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
    }


def explain(finding: Finding) -> str:
    """Return a failure with the first rows that it is about."""
    return finding.message + (f" ({', '.join(finding.rows[:3])})" if finding.rows else "")


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON types, its place counted from 1; what is no number in JSON becomes text."""
    row = {"row": line["position"] + 1} | {name: value for name, value in line.items() if name != "position"}
    return {
        name: value if value is None or isinstance(value, (int, str)) else str(value) for name, value in row.items()
    }
