"""The facts of the demonstration of three environments, judged from what it found."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from trainyard.demo.attempt import Outcome, tally
from trainyard.demo.dial import DIALS, listed
from trainyard.demo.environments import Environments
from trainyard.demo.lane import PREVIEWS, Lane
from trainyard.report.summary import Fact, fact


def judged(found: Environments) -> list[Fact]:
    """Return the facts, each with its target."""
    lanes = list(found.lanes.values())
    refused, attempted = tally(found.outcomes)
    named = {dial.title: listed(dial.steps) for dial in DIALS}
    left = [*found.left, *found.processes]
    return [
        fact("resources", {lane.shell.environment: lane.resources for lane in lanes}, "resources"),
        fact("up_seconds", {lane.shell.environment: lane.up_seconds for lane in lanes}, "s"),
        fact("second_preview_changes", changes(lanes), equals=no_changes(lanes)),
        fact("released", {lane.shell.environment: lane.released for lane in lanes}),
        fact("promoted", {lane.shell.environment: lane.live for lane in lanes}, equals=promoted(lanes)),
        fact(
            "live_config_kept",
            next((lane.live_kept for lane in lanes if lane.live_kept is not None), None),
            equals=True,
        ),
        fact("one_dial_changes", {title: found.dials.get(title) for title in named}, equals=named),
        fact("cross_environment_refused", refused, equals=attempted),
        fact("not_refused", [outcome.line for outcome in found.outcomes if not outcome.refused], equals=[]),
        fact("left_behind", len(left), "things", equals=0),
        fact("left_behind_names", left),
        fact("protected", found.kept),
        fact("total_seconds", found.seconds, "s", at_most=240),
        fact("git_status_clean", found.git_status_clean, equals=True),
    ]


def promoted(lanes: Sequence[Lane]) -> dict[str, str]:
    """Return the target of what is live: in each environment what was released, with the archive of the first."""
    archive = lanes[0].live.rpartition(" ")[2] if lanes else ""
    return {lane.shell.environment: f"version {lane.released}, sha256 {archive or 'of a model'}" for lane in lanes}


def short(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts for people: a list by its length, its names are in `summary.json`."""
    return [replace(one, value=len(one.value), target=None) if isinstance(one.value, list) else one for one in facts]


def attempts(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Return each attempt and what it was answered, for `attempts.json`."""
    return [
        {"kind": one.attempt.kind, "what": one.attempt.what, "answer": one.said, "refused": one.refused}
        for one in outcomes
    ]


def changes(lanes: Iterable[Lane]) -> dict[str, int | None]:
    """Return what each preview of each stack would change; None for one that was not made."""
    return {f"{lane.shell.environment} {when}": lane.previews.get(when) for lane in lanes for when in PREVIEWS}


def no_changes(lanes: Iterable[Lane]) -> dict[str, int]:
    """Return the target of `changes`."""
    return {f"{lane.shell.environment} {when}": 0 for lane in lanes for when in PREVIEWS}
