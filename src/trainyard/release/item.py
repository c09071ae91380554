"""Release records as items of the deployments table: plan and progress as JSON, the rest as attributes."""

import json
from typing import Any

from pydantic import TypeAdapter

from trainyard.release.plan import ReleasePlan
from trainyard.release.record import Progress, Record

_PLAN = TypeAdapter(ReleasePlan)
_PROGRESS = TypeAdapter(Progress)


def item_key(service: str, release_id: str) -> dict[str, dict[str, str]]:
    """Return the primary key of an item."""
    return {"service": {"S": service}, "release_id": {"S": release_id}}


def to_item(record: Record) -> dict[str, Any]:
    """Return the whole item of a record."""
    plan = record.plan
    return {
        **item_key(plan.service, plan.release_id),
        "plan": {"S": _PLAN.dump_json(plan).decode()},
        "progress": {"S": _PROGRESS.dump_json(record.progress).decode()},
        "status": {"S": record.status},
        "kind": {"S": plan.kind},
        "version": {"S": plan.version},
        "model_package_arn": {"S": plan.model_package_arn},
        "endpoint_config_name": {"S": plan.config_name},
        "started": {"S": record.started},
        "started_by": {"S": plan.started_by},
        "finished": {"S": record.finished},
        "reason": {"S": record.progress.reason},
        "attempt": {"N": str(record.attempt)},
        "lease_owner": {"S": record.lease_owner},
        "lease_until": {"N": str(record.lease_until)},
    }


def from_item(item: dict[str, Any]) -> Record:
    """Return the record that an item holds."""
    return Record(
        plan=_PLAN.validate_python(json.loads(item["plan"]["S"])),
        progress=_PROGRESS.validate_python(json.loads(item["progress"]["S"])),
        status=item["status"]["S"],
        started=item["started"]["S"],
        finished=item["finished"]["S"],
        attempt=int(item["attempt"]["N"]),
        lease_owner=item["lease_owner"]["S"],
        lease_until=float(item["lease_until"]["N"]),
    )


def advance(record: Record) -> dict[str, Any]:
    """Return the update that writes what may change of a record, if its attempt is still the newest."""
    changes = {
        "progress": {"S": _PROGRESS.dump_json(record.progress).decode()},
        "lease_until": {"N": str(record.lease_until)},
        "status": {"S": record.status},
        "finished": {"S": record.finished},
        "reason": {"S": record.progress.reason},
    }
    return {
        "Key": item_key(record.plan.service, record.plan.release_id),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
        "ConditionExpression": "#attempt = :attempt AND #status = :open",
        "ExpressionAttributeNames": {f"#{name}": name for name in (*changes, "attempt")},
        "ExpressionAttributeValues": {
            **{f":{name}": value for name, value in changes.items()},
            ":attempt": {"N": str(record.attempt)},
            ":open": {"S": "open"},
        },
    }
