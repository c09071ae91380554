"""The releases that a version took part in: from when to when it was live, and why it was not. Pure."""

from collections.abc import Sequence
from typing import Any

from trainyard.release.record import Record


def parts(releases: Sequence[Record], arn: str) -> list[dict[str, Any]]:
    """Return what each release of a version came to, the newest first.

    Args:
        releases: all of the service, newest first.
        arn: of the version's package.
    """
    found = list[dict[str, Any]]()
    ended: str | None = None
    for record in releases:
        succeeded = record.status == "succeeded"
        if record.plan.model_package_arn == arn:
            found.append(
                {
                    "release": record.plan.release_id,
                    "kind": str(record.plan.kind),
                    "status": record.status,
                    "started by": record.plan.started_by,
                    "started": record.started or None,
                    "live since": record.finished if succeeded else None,
                    "live until": ended if succeeded else None,
                    "reason": record.progress.reason or None,
                    "alarms": [one.name for one in record.progress.tripped],
                }
            )
        if succeeded:
            ended = record.finished
    return found
