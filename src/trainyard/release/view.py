"""A release on a terminal: one line a finished step, and a spinner for the current one; plain lines elsewhere."""

from contextlib import ExitStack
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trainyard.errors import RolledBack, TrainyardError
from trainyard.release.action import Action, Change, Conclude, Done, NoteTripped, RunSmokeTests, Wait
from trainyard.release.record import LiveAnswers, Record, SmokeReport


class ReleaseView:
    """Shows the actions of a driver. Use as a context manager; pass `show` to the driver."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stack = ExitStack()
        self._spinner: Any = None
        self._waiting = ""
        self._smoke_shown = False

    def __enter__(self) -> "ReleaseView":
        if self._console.is_terminal:
            self._spinner = self._stack.enter_context(self._console.status("Looking"))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def show(self, record: Record, action: Action) -> None:
        """Show what is done next; a wait is shown once, however long it takes."""
        if record.progress.smoke and not self._smoke_shown:
            self._smoke_shown = True
            self._line(smoke_line(record.progress.smoke))
        if isinstance(action, Done) or (isinstance(action, Change) and action.quiet):
            return
        if isinstance(action, Wait):
            if self._spinner:
                self._spinner.update(escape(action.text))
            elif action.text != self._waiting:
                self._line(action.text)
            self._waiting = action.text
            return
        loud = isinstance(action, NoteTripped) or (isinstance(action, Conclude) and action.outcome != "succeeded")
        self._line(action.text, style="bold red" if loud else "")
        if self._spinner:
            self._spinner.update("Smoke tests" if isinstance(action, RunSmokeTests) else "Working")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(f"  {escape(text)}", style=style or None, highlight=False, soft_wrap=True)


def smoke_line(smoke: SmokeReport) -> str:
    """Return one line about the smoke tests."""
    verdict = "passed" if smoke.passed else f"failed: {smoke.failures[0]}"
    agrees = "" if smoke.agreement is None else f", {smoke.agreement:.0%} of products as the champion's"
    return f"Smoke tests {verdict} ({smoke.requests} requests, median {smoke.latency_p50_ms:.0f} ms{agrees})"


def live_line(answers: LiveAnswers) -> str:
    """Return one line about the golden requests to the live endpoint during the update."""
    by = [f"{count} by {f'version {version}' if version else 'none'}" for version, count in answers.by_version.items()]
    wrong = "".join(f"; {failure}" for failure in (*answers.failures, *answers.others))
    return f"Golden requests during the update: {', '.join(by) or 'no answer'}{wrong}"


def raise_unless_live(record: Record) -> None:
    """Turn a release that did not succeed into the error that tells so.

    Raises:
        RolledBack: it was undone after traffic had begun to move; the text names alarm and datapoints.
        TrainyardError: it failed before.
    """
    if record.status == "succeeded":
        return
    plan, replaces = record.plan, record.progress.replaces
    serves = f", which serves version {replaces.version} ({replaces.endpoint_config_name})" if replaces else ""
    kind, what = (RolledBack, "was rolled back") if record.status == "rolled_back" else (TrainyardError, "failed")
    raise kind(
        f"The {plan.title} {what}: {record.progress.reason}",
        where=f"endpoint {plan.endpoint_name}{serves}; {plan.release_id}",
        cure="What it had created is removed; mend the cause and start a new release",
    )


def document(record: Record) -> dict[str, Any]:
    """Return a release as JSON types."""
    plan, progress = record.plan, record.progress
    smoke = progress.smoke
    return {
        "release": plan.release_id,
        "service": plan.service,
        "kind": plan.kind,
        "version": plan.version,
        "status": record.status,
        "strategy": plan.strategy.type,
        "endpoint_config_name": plan.config_name,
        "started": record.started,
        "finished": record.finished,
        "started_by": plan.started_by,
        "reason": progress.reason,
        "alarm": progress.tripped[0].name if progress.tripped else None,
        "smoke": None
        if smoke is None
        else {"passed": smoke.passed, "latency_p50_ms": smoke.latency_p50_ms, "agreement": smoke.agreement},
        "step": progress.timeline[-1].text if progress.timeline else "",
    }


def history_table(service: str, records: list[Record]) -> Table:
    """Return the releases of a service, newest first."""
    table = Table(title=f"Releases of {service}", title_justify="left")
    for name in ("Release", "Kind", "Version", "Strategy", "Outcome", "Started", "By", "Why"):
        table.add_column(name, no_wrap=name != "Why", overflow="fold" if name == "Why" else "ellipsis")
    colours = {"succeeded": "green", "open": "yellow"}
    for record in records:
        plan = record.plan
        colour = colours.get(record.status, "red")
        table.add_row(
            plan.release_id,
            plan.kind,
            plan.version,
            plan.strategy.type,
            f"[{colour}]{record.status}[/]",
            record.started,
            plan.started_by,
            escape(record.progress.reason),
        )
    return table
