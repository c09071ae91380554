"""The shadow's place in the deployments table: an item `shadow`, and the lock that releases take too.

One lock for both: neither a release nor a shadow can begin while the other is open, whoever asks first and however
closely together they ask.
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from trainyard.errors import TrainyardError
from trainyard.release.conflict import busy
from trainyard.release.item import item_key
from trainyard.release.table import refused
from trainyard.shadow.record import Phase, ShadowRecord

_RECORD = TypeAdapter(ShadowRecord)
_OURS = {"ConditionExpression": "#id = :id", "ExpressionAttributeNames": {"#id": "shadow"}}


class Overtaken(TrainyardError):
    """Another command has moved the shadow on."""

    def __init__(self, record: ShadowRecord) -> None:
        super().__init__(
            f"Another command has moved the {record.plan.title} on, so this one stopped",
            cure=f"Look at `trainyard status {record.plan.service}`",
        )


class ShadowTable:
    """Conditional writes of a service's shadow."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def get(self, service: str) -> ShadowRecord | None:
        """Return the shadow of a service, or None."""
        key = item_key(service, "shadow")
        item = self._dynamodb.get_item(TableName=self._name, Key=key, ConsistentRead=True).get("Item")
        return _RECORD.validate_json(item["record"]["S"]) if item else None

    def open(self, record: ShadowRecord) -> None:
        """Write a new record and take the service's lock, both or neither.

        Raises:
            ReleaseOpen: a release of the service is open.
            ShadowOpen: another shadow of it is.
        """
        plan = record.plan
        lock = {**item_key(plan.service, "open"), "release": {"S": plan.shadow_id}}
        unused = {"TableName": self._name, "ConditionExpression": "attribute_not_exists(release_id)"}
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[{"Put": {"Item": _item(record), **unused}}, {"Put": {"Item": lock, **unused}}]
            )
        except ClientError as error:
            if not refused(error):
                raise
            held = self._dynamodb.get_item(
                TableName=self._name, Key=item_key(plan.service, "open"), ConsistentRead=True
            ).get("Item", {})
            holder = held.get("release", {}).get("S", "unknown")
            if holder != plan.shadow_id:  # else an answer was lost and the call repeated
                raise busy(plan.service, holder) from error

    def save(self, record: ShadowRecord, was: Phase) -> ShadowRecord:
        """Write the record, if it is still in the phase that the caller found it in.

        Raises:
            Overtaken: it is in another phase, or gone.
        """
        try:
            self._dynamodb.put_item(
                TableName=self._name,
                Item=_item(record),
                ConditionExpression="#id = :id AND #phase = :was",
                ExpressionAttributeNames={"#id": "shadow", "#phase": "phase"},
                ExpressionAttributeValues={":id": {"S": record.plan.shadow_id}, ":was": {"S": was}},
            )
        except ClientError as error:
            raise (Overtaken(record) if refused(error) else error) from error
        return record

    def stop(self, record: ShadowRecord) -> ShadowRecord:
        """Turn the shadow to its end, from whichever phase, and forget earlier tries to end it.

        Raises:
            Overtaken: it has moved on since it was read.
        """
        return self.save(replace(record, phase="stopping", intent=None), record.phase)

    def close(self, record: ShadowRecord) -> None:
        """Delete the record and give the lock back, both or neither; one that is gone is closed."""
        plan = record.plan
        item = {"Key": item_key(plan.service, "shadow"), **_OURS}
        lock = {"Key": item_key(plan.service, "open"), **_OURS, "ExpressionAttributeNames": {"#id": "release"}}
        whose = {"TableName": self._name, "ExpressionAttributeValues": {":id": {"S": plan.shadow_id}}}
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[{"Delete": {**item, **whose}}, {"Delete": {**lock, **whose}}]
            )
        except ClientError as error:
            if not refused(error):
                raise


def _item(record: ShadowRecord) -> dict[str, Any]:
    plan = record.plan
    return {
        **item_key(plan.service, "shadow"),
        "shadow": {"S": plan.shadow_id},
        "phase": {"S": record.phase},
        "version": {"S": plan.version},
        "record": {"S": _RECORD.dump_json(record).decode()},
    }
