"""The validation step: judge a snapshot, set bad rows apart, hand the others on, and stop where too much is bad."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender.container import Container, write_json
from recommender.errors import BadOrders
from recommender.validation.details import describe
from recommender.validation.dirt import check_dirt
from recommender.validation.earlier import check_earlier, is_older
from recommender.validation.evidence import evidence, passed
from recommender.validation.finding import Finding, Level
from recommender.validation.group_rules import group_rules
from recommender.validation.judgement import Judgement
from recommender.validation.limits import Limits, parse_limits
from recommender.validation.line_rules import line_rules
from recommender.validation.orders_table import opened, query, read_lines
from recommender.validation.profile import profile_columns
from recommender.validation.quarantine import quarantine, write_quarantined, write_validated
from recommender.validation.recent import check_recent
from recommender.validation.record import Record, read_record, write_record
from recommender.validation.recording import measure_record
from recommender.validation.report import render_report
from recommender.validation.rule import GroupRule, LineRule
from recommender.validation.schema import check_columns, check_validated
from recommender.validation.verdict import check_quarantine
from recommender.validation.volume import check_volume, measure_volume


def validate(container: Container, arguments: Sequence[str] = ()) -> None:
    """Judge snapshot/ by itself and by accepted/; write report/, and where it passes validated/ and accepted/.

    The input accepted/ holds the record of the snapshot that was accepted last; the output of that name takes the
    record of this one, named so that the newest of all sorts last. An older snapshot leaves none.

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
        judged = judge(backend, folder, rules, limits, now, read_record(container.processing_input("accepted")))
        validated_hash = None
        if passed(judged.findings):
            validated_hash = hand_on(backend, judged, folder, container.processing_output("validated"))
            accept(judged, container.processing_output("accepted"))
        write_quarantined(backend, report / "quarantine.parquet")
    write_report(judged, validated_hash, report)
    for finding in judged.findings:
        print(f"{finding.level:8} {finding.check}: {finding.message}")
    failed = [finding for finding in judged.findings if finding.level is Level.FAILURE]
    if failed:
        raise BadOrders("the orders failed validation: " + "; ".join(map(explain, failed)))


def judge(
    backend: Any,
    folder: Path,
    rules: dict[str, LineRule | GroupRule],
    limits: Limits,
    now: datetime,
    accepted: Record | None = None,
) -> Judgement:
    """Judge the rows, then what remains of them, then everything together, then that beside what was accepted last.

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
    snapshot: dict[str, Any] = json.loads((folder / "snapshot.json").read_text())
    generation = accepted.generation + 1 if accepted else 1
    record = measure_record(backend, snapshot["data_hash"], generation) if volume.rows else None
    findings = [
        *check_quarantine(found, rows, rules, limits),
        *check_dirt(backend, lines),
        *check_volume(volume, now, limits),
        *(check_recent(backend) if volume.rows else ()),
        *(check_earlier(backend, record, accepted, limits) if record else ()),
    ]
    return Judgement(
        snapshot=snapshot,
        rows=rows,
        rules=rules,
        quarantine=found,
        findings=findings,
        volume=volume,
        columns=profile_columns(backend),
        record=record,
        accepted=accepted,
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


def accept(judged: Judgement, target: Path) -> None:
    """Leave the record that the next run is compared with; an older snapshot does not take a newer one's place."""
    if judged.record and not is_older(judged.record, judged.accepted):
        write_record(judged.record, target)


def write_report(judged: Judgement, validated_hash: str | None, report: Path) -> None:
    """Write the evidence, and the report for programs and for people."""
    found = evidence(judged.snapshot["data_hash"], validated_hash, judged.rows, judged.quarantine, judged.findings)
    write_json(report / "validation.json", found)
    details = describe(judged, found)
    write_json(report / "report.json", details)
    (report / "validation.html").write_text(render_report(details))


def explain(finding: Finding) -> str:
    """Return a failure with the first rows that it is about."""
    return finding.message + (f" ({', '.join(finding.rows[:3])})" if finding.rows else "")
