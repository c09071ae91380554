"""Every release told in advance, by every strategy, with a fault at each of its calls: in memory, on a script."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.unit.release.control_plane import KINDS, Faults
from tests.unit.release.scenarios import SCENARIOS, Run, Scenario
from trainyard.errors import TrainyardError

STRATEGIES = ("all_at_once", "canary", "linear", "rolling")
REFUSED = "denied"


@dataclass(frozen=True)
class Case:
    """One release with one fault, and what became of it.

    Attributes:
        converged: it was closed in the end.
        true: what is live, what is left and what the record says are what they must be.
        why: the first thing that was not.
    """

    strategy: str
    kind: str
    converged: bool
    true: bool
    why: str


def scenarios() -> Iterator[tuple[str, Scenario]]:
    """Yield each way of a release under each strategy, once."""
    ways = {one.name.removesuffix(f" {one.plan.strategy.type}"): one for one in SCENARIOS}
    for name, one in ways.items():
        for strategy in STRATEGIES:
            plan = replace(one.plan, strategy=one.plan.strategy.model_copy(update={"type": strategy}))
            yield strategy, replace(one, name=f"{name}, {strategy}", plan=plan)


def exhaust(strategy: str, scenario: Scenario) -> Iterator[Case]:
    """Yield a case for each kind of fault at each call that the release makes."""
    for kind in (*KINDS, REFUSED):
        at = 0
        while True:
            run = Run(scenario, Faults(kind=kind, at=at))
            case = _carry_out(run, scenario, strategy, kind)
            if run.faults.calls <= at:
                break
            yield case
            at += 1


def _carry_out(run: Run, scenario: Scenario, strategy: str, kind: str) -> Case:
    where = f"{scenario.name}, call {run.faults.at}"
    try:
        record = run.whatever_it_takes() if kind == REFUSED else run.to_the_end()
    except (TrainyardError, AssertionError) as error:
        return Case(strategy, kind, False, True, f"{where} ({run.faults.last}): {error}")
    try:
        run.check_refused(scenario, record) if kind == REFUSED else run.check(scenario, record)
    except AssertionError as error:
        return Case(strategy, kind, True, False, f"{where} ({run.faults.last}): {str(error)[:300]}")
    return Case(strategy, kind, True, True, "")
