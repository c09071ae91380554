"""The start of a release: everything that can be refused is refused before anything is written."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from trainyard.errors import UsageError
from trainyard.release.clients import Clients
from trainyard.release.conflict import busy
from trainyard.release.observe import Observed, observe
from trainyard.release.plan import ReleasePlan
from trainyard.release.preflight import problems
from trainyard.release.record import Record
from trainyard.release.table import DeploymentTable


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a release would do, seen before it starts."""

    plan: ReleasePlan
    observed: Observed
    problems: tuple[str, ...]

    @property
    def already_live(self) -> bool:
        """Return whether the endpoint serves exactly this fleet, so that there is nothing to do."""
        return self.observed.live.endpoint_config_name == self.plan.config_name


def refuse_second(service: str, table: DeploymentTable) -> None:
    """Refuse to go on while another release of the service is open, or a shadow runs.

    Raises:
        ReleaseOpen: it names the open release.
        ShadowOpen: it says how to stop the shadow.
    """
    holder = table.open_release(service)
    if holder:
        raise busy(service, holder)


def look(
    plan: ReleasePlan, clients: Clients, table: DeploymentTable, clock: Callable[[], float] = time.time
) -> Outlook:
    """Return what the release would meet; nothing is changed."""
    observed = observe(clients, table, Record(plan=plan), clock)
    return Outlook(plan=plan, observed=observed, problems=tuple(problems(plan, observed)))


def begin(outlook: Outlook, table: DeploymentTable, now: datetime) -> Record:
    """Open the release; a driver takes it from there.

    Raises:
        UsageError: the preflight found a reason against it.
        ReleaseOpen: another release of the service is open.
    """
    plan = outlook.plan
    if outlook.problems:
        raise UsageError(
            f"The {plan.title} was not started: {'; '.join(outlook.problems)}",
            where=f"endpoint {plan.endpoint_name} in {plan.environment}; nothing was changed",
        )
    record = Record(plan=plan, started=now.astimezone(UTC).isoformat(timespec="seconds"))
    table.open(record)
    return record
