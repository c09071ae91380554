"""The start of a shadow: everything that can be refused is refused before anything is written."""

from datetime import UTC, datetime

from trainyard.errors import UsageError
from trainyard.release.conflict import ShadowOpen, busy
from trainyard.release.table import DeploymentTable
from trainyard.shadow.prepare import Outlook
from trainyard.shadow.record import ShadowRecord
from trainyard.shadow.table import ShadowTable


def unfinished(service: str, version: int, deployments: DeploymentTable, shadows: ShadowTable) -> ShadowRecord | None:
    """Return the shadow of this version whose start was cut off, to go on with; None where there is no shadow.

    Raises:
        ReleaseOpen: a release of the service is open.
        ShadowOpen: another shadow is, or this one runs already.
    """
    holder = deployments.open_release(service)
    if holder is None:
        return None
    record = shadows.get(service)
    if record is None or record.plan.shadow_id != holder:
        raise busy(service, holder)
    if record.phase == "starting" and record.plan.version == str(version):
        return record
    raise ShadowOpen(service, holder)


def begin(outlook: Outlook, shadows: ShadowTable, now: datetime) -> ShadowRecord:
    """Open the record; a driver takes it from there.

    Raises:
        UsageError: the preflight found a reason against it.
        ReleaseOpen: a release of the service is open.
        ShadowOpen: another shadow is.
    """
    plan = outlook.plan
    if outlook.problems:
        raise UsageError(
            f"The {plan.title} was not started: {'; '.join(outlook.problems)}",
            where=f"endpoint {plan.endpoint_name} in {plan.environment}; nothing was changed",
        )
    record = ShadowRecord(plan=plan, started=now.astimezone(UTC).isoformat(timespec="seconds"))
    shadows.open(record)
    return record
