"""Batches on a terminal and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trainyard.batch.job import JobState
from trainyard.batch.record import BatchRecord

_GONE = JobState(status="Missing")


def document(record: BatchRecord, state: JobState | None) -> dict[str, Any]:
    """Return a batch as JSON types: its lineage, and how its job is now."""
    now = state or _GONE
    return {
        **asdict(record),
        "status": now.status,
        "failure_reason": now.failure_reason,
        "running_since": now.started,
        "ended": now.ended,
    }


def show_states(states: Iterable[JobState], console: Console) -> JobState:
    """Show a job until the iterable ends, and return its last state: a spinner on a terminal, a line a change else."""
    last = _GONE
    with console.status("Starting") as spinner:
        for state in states:
            if state != last:
                line = _line(state)
                spinner.update(line)
                if not console.is_terminal:
                    console.print(f"  {line}", markup=False)
            last = state
    return last


def _line(state: JobState) -> str:
    if state.ended:
        return f"{state.status} at {state.ended}"
    return f"{state.status} since {state.started}" if state.started else state.status


def batch_table(record: BatchRecord, state: JobState | None) -> Table:
    """Return one batch as a table of two columns."""
    table = Table(title=record.name, show_header=False, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in document(record, state).items():
        if value != "":
            table.add_row(name.replace("_", " "), escape(str(value)))
    if not record.output_sha256:
        table.add_row("answers", "not checked yet: starting the batch again waits for them and checks them")
    return table


def batches_table(service: str, rows: Iterable[tuple[BatchRecord, JobState | None]]) -> Table:
    """Return batches as a table, one a row."""
    table = Table(title=f"Batches of {service}", title_justify="left")
    for name in ("Job", "Started", "By", "Version", "Customers", "Status", "Answers"):
        table.add_column(name, overflow="fold", justify="right" if name in ("Version", "Customers") else "left")
    for record, state in rows:
        table.add_row(
            record.name,
            record.started,
            escape(record.started_by),
            record.version,
            f"{record.customers:,}",
            (state or _GONE).status,
            record.output_sha256[:12] or "not checked",
        )
    return table
