"""The records of batches in the environment's deployments table, as items `batch#<job>`."""

from typing import Any

from botocore.exceptions import ClientError

from trainyard.batch.record import PREFIX, BatchRecord, from_item, item_key, to_item


class Ledger:
    """Reads and writes of one environment's records."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def enter(self, record: BatchRecord) -> BatchRecord:
        """Keep a record, or return the one that an earlier start of the same job left: the first one started it."""
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=to_item(record),
                ConditionExpression="attribute_not_exists(release_id)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        return self.find(record.service, record.name) or record

    def note_output(self, record: BatchRecord) -> None:
        """Add the hash of the answers, which have been checked."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key=item_key(record.service, record.name),
            UpdateExpression="SET output_sha256 = :sha256",
            ExpressionAttributeValues={":sha256": {"S": record.output_sha256}},
        )

    def find(self, service: str, name: str) -> BatchRecord | None:
        """Return the record of a job, None where there is none."""
        key = item_key(service, name)
        item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return from_item(item) if item else None

    def newest(self, service: str, limit: int) -> list[BatchRecord]:
        """Return the records of a service, the newest first."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#service = :service AND begins_with(release_id, :prefix)",
            ExpressionAttributeNames={"#service": "service"},
            ExpressionAttributeValues={":service": {"S": service}, ":prefix": {"S": PREFIX}},
            ConsistentRead=True,
        )
        found = [from_item(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda one: one.started, reverse=True)[:limit]
