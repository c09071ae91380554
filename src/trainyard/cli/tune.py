"""`trainyard pipeline tune`: a search for hyperparameters on a run's features, from its start to a file."""

import json as json_format
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines import tuning
from pipelines.tuning import FILE, Effort, SearchState
from trainyard.cli.log_lines import LogLines
from trainyard.cli.pipeline_errors import worded
from trainyard.cli.session import Json, Poll, Service, Session, Stack, console
from trainyard.errors import TrainyardError, UsageError

_DETACHED = 130
"""What shells give a command that was interrupted."""


def tune(
    service: Service,
    trials: Annotated[int, typer.Option(min=1, help="How many at most.")] = 30,
    seconds: Annotated[float | None, typer.Option(min=1, help="No trial begins after so many.")] = None,
    run: Annotated[str | None, typer.Option(help="Name of the run whose features are used.")] = None,
    latest: Annotated[bool, typer.Option("--latest", help="Use those of the newest run that has any.")] = False,
    job: Annotated[str | None, typer.Option(help="Follow this search instead of starting one.")] = None,
    output: Annotated[Path, typer.Option(help="Where the result is written.")] = Path(FILE),
    stack: Stack = "dev",
    json: Json = False,
    poll_seconds: Poll = 2.0,
) -> None:
    """Search for hyperparameters with a SageMaker training job, and keep the best in a file for `pipeline run`.

    The search learns from older windows and judges by the newest one before the holdout, so what it finds still has to
    pass the gate. Without --seconds the same features give the same answer. Ctrl-C stops following; the search goes on.
    """
    if sum((run is not None, latest, job is not None)) != 1:
        raise UsageError(
            "Say what to search on, once", where="--run, --latest and --job", cure="Give one of the three options"
        )
    session = Session(stack, service)
    name = job or _start(session, run, Effort(trials=trials, seconds=seconds))
    state = _follow(name, service, session, poll_seconds)
    with worded():
        document = tuning.found(_completed(state), session.client("s3"))
    output.write_text(json_format.dumps(document, indent=2) + "\n")
    if json:
        typer.echo(json_format.dumps({"job": name, "file": str(output.resolve()), **document}))
        return
    best = ", ".join(f"{dial} {value:g}" for dial, value in document["best"].items())
    out = console()
    out.print(f"Log loss {document['validation_logloss']:.5f} with {best}", soft_wrap=True, markup=False)
    out.print(
        f"Next: trainyard pipeline run {service} --latest --hyperparameters {output} --stack {stack}", soft_wrap=True
    )


def _start(session: Session, run: str | None, effort: Effort) -> str:
    sagemaker = session.client("sagemaker")
    with worded():
        on = tuning.ground(session.service, run, sagemaker)
    name = tuning.start(on, effort, session.platform, session.service, sagemaker=sagemaker, now=datetime.now(UTC))
    out = console(error=True)
    for label, value in (("run", on.run), ("features", on.features_uri), ("image", on.image), ("job", name)):
        out.print(f"{label:<10}{value}", soft_wrap=True, markup=False)
    return name


def _follow(name: str, service: str, session: Session, poll_seconds: float) -> SearchState:
    try:
        with worded():
            *_, last = _shown(name, session, poll_seconds)
    except KeyboardInterrupt:
        again = f"trainyard pipeline tune {service} --job {name} --stack {session.platform.environment}"
        typer.echo(f"\nStopped following; the search goes on. Again: {again}", err=True)
        raise typer.Exit(_DETACHED) from None
    return last


def _shown(name: str, session: Session, poll_seconds: float) -> Iterator[SearchState]:
    out, stage, logs = console(error=True), "", session.client("logs")
    lines: LogLines | None = None
    states: Any = tuning.watch(name, session.client("sagemaker"), lambda: time.sleep(poll_seconds))
    for state in states:
        lines = lines or LogLines(state.log, logs)
        for line in lines.new():
            out.print(f"  {line}", soft_wrap=True, markup=False)
        if state.stage != stage:
            stage = state.stage
            out.print(f"{name}: {stage}", soft_wrap=True, markup=False)
        yield state


def _completed(state: SearchState) -> SearchState:
    """Return a search that has found something.

    Raises:
        TrainyardError: it failed or was stopped.
    """
    if state.status != "Completed":
        raise TrainyardError(
            f"The search {state.status.lower()}{f': {state.failure}' if state.failure else ''}",
            where=f"training job {state.job}; its log is in {state.log.group}",
            cure="Mend the cause and start it again",
        )
    return state
