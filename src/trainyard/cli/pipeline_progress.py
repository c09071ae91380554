"""A pipeline execution on the screen: a live table on a terminal, a line for each change elsewhere."""

from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from pipelines.execution import Progress, StepProgress

_MARKS = {"Succeeded": "[green]done[/]", "Failed": "[red]failed[/]", "Stopped": "[yellow]stopped[/]"}


def show_progress(progresses: Iterable[Progress], console: Console) -> Progress:
    """Show an execution until the iterable ends, and return its last state."""
    return _live(progresses, console) if console.is_terminal else _lines(progresses, console)


def seconds(step: StepProgress, now: datetime) -> float:
    """Return how long a step has run."""
    if step.started is None:
        return 0.0
    return max(0.0, ((step.ended or now) - step.started).total_seconds())


def _live(progresses: Iterable[Progress], console: Console) -> Progress:
    last = None
    with Live(console=console, refresh_per_second=8) as live:
        for last in progresses:
            live.update(_table(last))
    return _required(last)


def _lines(progresses: Iterable[Progress], console: Console) -> Progress:
    last, seen = None, dict[str, str]()
    for last in progresses:
        for step in last.steps:
            if seen.get(step.name) == step.status:
                continue
            seen[step.name] = step.status
            took = f" after {seconds(step, datetime.now(UTC)):.1f} s" if step.ended else ""
            console.print(f"{step.name}: {step.status}{took}", markup=False)
    return _required(last)


def _table(progress: Progress) -> Table:
    table = Table(title=f"run {progress.display_name}", title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("Step", no_wrap=True)
    table.add_column("Status", no_wrap=True, min_width=12)
    table.add_column("Seconds", justify="right")
    now = datetime.now(UTC)
    for step in progress.steps:
        status = _MARKS.get(step.status) or Spinner("dots", text=step.status.lower())
        table.add_row(step.name, status, f"{seconds(step, now):.1f}")
    if not progress.steps:
        table.add_row("", Spinner("dots", text="starting"), "")
    return table


def _required(progress: Progress | None) -> Progress:
    if progress is None:
        raise ValueError("there is no progress to show")
    return progress
