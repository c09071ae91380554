"""The deployments table: release records, the `open` lock, the `live` pointer and approvals of one environment.

Every write that follows an acquisition names the attempt it belongs to, so a driver that comes back late is refused.
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from trainyard.errors import UsageError
from trainyard.registry.approval import approval_items
from trainyard.release.conflict import LeaseHeld, LeaseLost, busy
from trainyard.release.item import advance, from_item, item_key, to_item
from trainyard.release.record import Approval, Live, LivePointer, Outcome, Record

LEASE_SECONDS = 60.0
PREFIX = "release#"

_LIVE = TypeAdapter(Live)


class DeploymentTable:
    """Reads and conditional writes of the deployments table."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def open(self, record: Record) -> None:
        """Write a new record and take the service's lock, both or neither.

        Raises:
            ReleaseOpen: another release of the service is open.
            ShadowOpen: a shadow of the service is.
        """
        plan = record.plan
        lock = {**item_key(plan.service, "open"), "release": {"S": plan.release_id}}
        unused = {"ConditionExpression": "attribute_not_exists(release_id)"}
        try:
            self._transact({"Put": {"Item": to_item(record), **unused}}, {"Put": {"Item": lock, **unused}})
        except ClientError as error:
            if not refused(error):
                raise
            holder = self.open_release(plan.service)
            if holder == plan.release_id:  # an answer was lost and the call repeated
                return
            raise busy(plan.service, holder or "unknown") from error

    def acquire(self, service: str, release_id: str, owner: str, now: float) -> Record:
        """Take the lease and a new attempt number; a closed release is returned as it is.

        Raises:
            LeaseHeld: another driver's lease has not ended.
            UsageError: there is no such release.
        """
        try:
            answer = self._dynamodb.update_item(
                TableName=self.name,
                Key=item_key(service, release_id),
                UpdateExpression="ADD #attempt :one SET #owner = :owner, #until = :until",
                ConditionExpression="#status = :open AND (#until < :now OR #owner = :owner)",
                ExpressionAttributeNames={
                    "#status": "status",
                    "#attempt": "attempt",
                    "#owner": "lease_owner",
                    "#until": "lease_until",
                },
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":owner": {"S": owner},
                    ":until": {"N": str(now + LEASE_SECONDS)},
                    ":now": {"N": str(now)},
                    ":open": {"S": "open"},
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if not refused(error):
                raise
            record = self.get(service, release_id)
            if record is None:
                raise UsageError(f"There is no release {release_id} of {service}") from error
            if record.status != "open":
                return record
            raise LeaseHeld(release_id, record.lease_owner, record.lease_until) from error
        return from_item(answer["Attributes"])

    def save(self, record: Record, now: float) -> Record:
        """Write the progress and renew the lease, if this driver still holds it.

        Raises:
            LeaseLost: another driver has taken over, or the release is closed.
        """
        renewed = replace(record, lease_until=now + LEASE_SECONDS)
        try:
            self._dynamodb.update_item(TableName=self.name, **advance(renewed))
        except ClientError as error:
            raise self._fenced(error, record) from error
        return renewed

    def release_lease(self, record: Record) -> None:
        """Let the next driver start at once."""
        try:
            self._dynamodb.update_item(TableName=self.name, **advance(replace(record, lease_until=0.0)))
        except ClientError as error:
            if not refused(error):
                raise

    def set_pointer(self, record: Record, now: float) -> Record:
        """Write progress and the `live` pointer to this release, both or neither.

        Raises:
            LeaseLost: another driver has taken over.
        """
        plan, live, previous = record.plan, record.becomes, record.progress.replaces
        pointer = {
            **item_key(plan.service, "live"),
            "model_package_arn": {"S": live.model_package_arn},
            "version": {"S": live.version},
            "endpoint_config_name": {"S": live.endpoint_config_name},
            "release": {"S": plan.release_id},
            "current": {"S": _LIVE.dump_json(live).decode()},
            "previous": {"S": _LIVE.dump_json(previous).decode() if previous else ""},
        }
        renewed = replace(record, lease_until=now + LEASE_SECONDS)
        try:
            self._transact({"Update": advance(renewed)}, {"Put": {"Item": pointer}})
        except ClientError as error:
            raise self._fenced(error, record) from error
        return renewed

    def close(self, record: Record, outcome: Outcome, finished: str) -> Record:
        """Close the record and give the service's lock back, both or neither.

        Raises:
            LeaseLost: another driver has taken over.
        """
        closed = replace(record, status=outcome, finished=finished, lease_until=0.0)
        lock = {
            "Key": item_key(record.plan.service, "open"),
            "ConditionExpression": "#release = :release",
            "ExpressionAttributeNames": {"#release": "release"},
            "ExpressionAttributeValues": {":release": {"S": record.plan.release_id}},
        }
        try:
            self._transact({"Update": advance(closed)}, {"Delete": lock})
        except ClientError as error:
            raise self._fenced(error, record) from error
        return closed

    def get(self, service: str, release_id: str) -> Record | None:
        """Return one record, or None."""
        item = self._get(service, release_id)
        return from_item(item) if item else None

    def releases(self, service: str, limit: int = 20) -> list[Record]:
        """Return the records of a service, newest first."""
        answer = self._dynamodb.query(**self._of_releases(service), Limit=limit)
        return [from_item(item) for item in answer["Items"]]

    def all_releases(self, service: str) -> list[Record]:
        """Return every record of a service, newest first."""
        pages = self._dynamodb.get_paginator("query").paginate(**self._of_releases(service))
        return [from_item(item) for page in pages for item in page["Items"]]

    def open_release(self, service: str) -> str | None:
        """Return the id of the open release of a service, or of its shadow, which keeps releases out; or None."""
        item = self._get(service, "open")
        return item["release"]["S"] if item else None

    def pointer(self, service: str) -> LivePointer | None:
        """Return what the last successful release made live, or None before the first."""
        item = self._get(service, "live")
        if not item or "current" not in item:
            return None
        previous = item.get("previous", {}).get("S", "")
        return LivePointer(
            current=_LIVE.validate_json(item["current"]["S"]),
            previous=_LIVE.validate_json(previous) if previous else None,
        )

    def approvals(self, service: str, version: str) -> tuple[Approval, ...]:
        """Return who approved a model version, the first one first."""
        return tuple(
            Approval(
                approved_by=item["approved_by"]["S"],
                person=item["person"]["S"],
                reason=item["reason"]["S"],
                model_package_arn=item["model_package_arn"]["S"],
                at=item["at"]["S"],
            )
            for item in approval_items(self._dynamodb, self.name, service, version)
        )

    def _of_releases(self, service: str) -> dict[str, Any]:
        return {
            "TableName": self.name,
            "KeyConditionExpression": "#service = :service AND begins_with(release_id, :prefix)",
            "ExpressionAttributeNames": {"#service": "service"},
            "ExpressionAttributeValues": {":service": {"S": service}, ":prefix": {"S": PREFIX}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }

    def _get(self, service: str, release_id: str) -> dict[str, Any] | None:
        answer = self._dynamodb.get_item(TableName=self.name, Key=item_key(service, release_id), ConsistentRead=True)
        return answer.get("Item")

    def _transact(self, *writes: dict[str, dict[str, Any]]) -> None:
        named = [{verb: {"TableName": self.name, **body} for verb, body in write.items()} for write in writes]
        self._dynamodb.transact_write_items(TransactItems=named)

    def _fenced(self, error: ClientError, record: Record) -> Exception:
        return LeaseLost(record.plan.release_id) if refused(error) else error


def refused(error: ClientError) -> bool:
    """Return whether a condition did not hold; a transaction names the reason of each of its writes."""
    code = error.response["Error"]["Code"]
    reasons: list[dict[str, str]] = error.response.get("CancellationReasons", [])
    if code == "TransactionCanceledException":
        return any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons)
    return code == "ConditionalCheckFailedException"
