"""Sending a record: in a bounded time, and never at the price of the step (ADR 16).

A server that is down, slow or of another version costs a step at most `DEADLINE_SECONDS`, beside its client's import;
then the record is kept in the step's own output, and `python -m recommender track FOLDER` sends it later.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from recommender.errors import RecommenderError
from recommender.tracking.choice import chosen, tracker
from recommender.tracking.interface import Tracker
from recommender.tracking.origin import Origin, origin
from recommender.tracking.record import Record, read

DEADLINE_SECONDS = 60.0
"""For all that its server has to answer: finding the run, numbers, files."""

Choose = Callable[[Mapping[str, str], str], Tracker | None]


def send(
    make: Callable[[], Record],
    kept: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    choose: Choose = tracker,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> bool:
    """Tell the tracker that the environment asks for, if any; never raises for what the tracker does.

    Args:
        make: returns what to tell; not called where nobody is to be told.
        kept: a folder of the step's output that takes the record where the tracker does not.
        environ: names the tracker and the run.
        choose: makes the tracker.
        deadline_seconds: after which the step goes on without it.

    Returns:
        Whether a tracker has it, or none is asked for.
    """
    variable = chosen(environ)
    if variable is None:
        return True
    found = origin(environ)
    record = make().located(found.tags.get("orders_uri", "unknown"))
    reason = _refusal(record, found, environ, choose, deadline_seconds)
    if reason is None:
        print(f"tracking: run {found.run} is at {environ[variable]}", flush=True)
        return True
    record.keep(kept, found.run, found.tags)
    print(
        f"tracking: {environ[variable]} did not take the run {found.run}: {reason}. The step goes on; what it recorded "
        f"is in {kept.name}/ of its output, and `python -m recommender track {kept.name}` sends it later",
        file=sys.stderr,
        flush=True,
    )
    return False


def send_kept(folder: Path, environ: Mapping[str, str] = os.environ, *, choose: Choose = tracker) -> None:
    """Send what an earlier step kept.

    Raises:
        RecommenderError: no tracker is named, it refuses again, or there is nothing to send.
    """
    if chosen(environ) is None:
        raise RecommenderError("no tracker is named: set MLFLOW_TRACKING_URI or WANDB_PROJECT to where the run goes")
    name, tags, record = read(folder)
    found = Origin(experiment=origin(environ).experiment, run=name, tags=tags)
    reason = _refusal(record, found, environ, choose, DEADLINE_SECONDS)
    if reason is not None:
        raise RecommenderError(f"the run {name} was not taken: {reason}")


def _refusal(
    record: Record, found: Origin, environ: Mapping[str, str], choose: Choose, deadline_seconds: float
) -> str | None:
    """Tell it and return nothing, or why that did not work within the deadline."""
    try:
        asked = choose(environ, found.experiment)  # imports its client: slow at times, but never for ever
    except BaseException as error:
        return _said(error)
    failures: list[str] = []

    def tell() -> None:
        try:
            if asked is not None:
                with asked.run(found.run, found.tags) as run:
                    record.tell(run)
        except (
            BaseException
        ) as error:  # also a client's SystemExit: whatever it is, it is the tracker's, not the step's
            failures.append(_said(error))

    telling = threading.Thread(target=tell, name="tracking", daemon=True)
    telling.start()
    telling.join(deadline_seconds)
    if telling.is_alive():
        return f"no answer within {deadline_seconds:g} seconds"
    return failures[0] if failures else None


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
