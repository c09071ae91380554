"""An approval starts a release, where the service's dial says so: once, however often its event comes.

The release's id is made from the approval that decided, so the table itself refuses a second release of it; a version
that was tried and failed is not tried again until a person starts it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.errors import UsageError
from trainyard.registry.reading import describe
from trainyard.release.begin import begin, look, refuse_second
from trainyard.release.clients import Clients
from trainyard.release.prepare import Wish, prepare
from trainyard.release.record import Approval
from trainyard.release.table import PREFIX, DeploymentTable


@dataclass(frozen=True, kw_only=True)
class Start:
    """What came of an approval."""

    release_id: str = ""
    """Of the release that was begun; empty where none was."""
    why_not: str = ""


def start_approved(
    arn: str,
    platform: PlatformOutputs,
    services: Sequence[ServiceOutputs],
    clients: Clients,
    table: DeploymentTable,
    now: datetime,
) -> Start:
    """Begin the release of an approved version as `trainyard release start` would, or say why not.

    What the gate or the preflight refuses is announced on the environment's topic; trying again would not help.

    Raises:
        ClientError, BotoCoreError: AWS did not answer; nothing was begun, or it is found by the next try.
    """
    service = next((each for each in services if f":model-package/{each.model_package_group}/" in arn), None)
    if service is None or not service.release_on_approval:
        return Start(why_not="no service releases this model on its approval")
    version = describe(arn, clients.sagemaker)
    if version is None or version.approval != "Approved":
        return Start(why_not="the version is not approved any more")
    number = str(version.version)
    deciding = decisive(table.approvals(service.name, number), arn, service.approvals_required)
    if deciding is None:
        why = f"Version {number} of {service.name} was approved without the approval function, so it is not released"
        return _refused(why, number, service, platform, clients, now)
    wish = Wish(
        kind="model", version=number, started_by=f"approval of version {number}", release_id=release_id(deciding)
    )
    if table.get(service.name, wish.release_id):
        return Start(why_not=f"{wish.release_id} was begun before")
    try:
        refuse_second(service.name, table)
        outlook = look(prepare(platform, service, clients, table, wish, now), clients, table)
        if outlook.already_live:
            return Start(why_not=f"version {number} is live already")
        begin(outlook, table, now)
    except UsageError as refusal:
        if table.get(service.name, wish.release_id):
            return Start(why_not=f"{wish.release_id} was begun meanwhile")
        return _refused(str(refusal), number, service, platform, clients, now)
    return Start(release_id=wish.release_id)


def decisive(approvals: Sequence[Approval], arn: str, required: int) -> Approval | None:
    """Return the approval by which a package had as many people's as are asked for; None while it has not."""
    first_of_each = {one.person: one for one in reversed(approvals) if one.model_package_arn == arn}
    people = sorted(first_of_each.values(), key=lambda one: one.at)
    needed = max(1, required)
    return people[needed - 1] if len(people) >= needed else None


def release_id(deciding: Approval) -> str:
    """Return the id of the release that an approval starts: the same for the same approval."""
    seed = f"{deciding.model_package_arn} {deciding.person} {deciding.at}"
    at = datetime.fromisoformat(deciding.at).astimezone(UTC)
    return f"{PREFIX}{at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}"


def _refused(
    why: str, number: str, service: ServiceOutputs, platform: PlatformOutputs, clients: Clients, now: datetime
) -> Start:
    message = {
        "environment": platform.environment,
        "service": service.name,
        "kind": "model",
        "version": number,
        "outcome": "refused",
        "reason": why,
        "started_by": f"approval of version {number}",
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
    }
    clients.sns.publish(
        TopicArn=platform.notifications_topic_arn,
        Subject=f"{platform.environment}: release of version {number} of {service.name}: refused"[:100],
        Message=json.dumps(message),
    )
    return Start(why_not=why)
