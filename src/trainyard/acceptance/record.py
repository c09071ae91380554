"""How the acceptance of a version went, kept in the environment's deployments table: a promotion asks for it.

The newest result of a version counts, so one that failed takes back one that passed.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from trainyard.acceptance.check import Acceptance
from trainyard.registry.archive import Stamp

SHOWN = 500
"""Characters kept of what was wrong."""


@dataclass(frozen=True, kw_only=True)
class AcceptanceRecord:
    """One result, and what it was about."""

    version: str
    endpoint_config_name: str
    """What served when the requests were asked."""
    config_created: str
    """When that was made, as ISO 8601: its instances loaded the archive after that."""
    archive_etag: str
    archive_modified: str
    """The archive as it was after the answers, last written then (ISO 8601)."""
    requests: int
    failures: int
    wrong: str
    """The first of what was wrong."""
    at: str
    accepted_by: str
    """Who asked, as AWS knows them."""

    @property
    def passed(self) -> bool:
        """Return whether every answer was as it must be."""
        return self.requests > 0 and self.failures == 0


_RECORD = TypeAdapter(AcceptanceRecord)


def record_of(
    acceptance: Acceptance,
    *,
    endpoint_config_name: str,
    config_created: datetime,
    archive: Stamp | None,
    at: datetime,
    by: str,
) -> AcceptanceRecord:
    """Return the record of an acceptance; without its archive there is nothing that could be promoted."""
    return AcceptanceRecord(
        version=acceptance.version,
        endpoint_config_name=endpoint_config_name,
        config_created=config_created.isoformat(),
        archive_etag=archive.etag if archive else "",
        archive_modified=archive.modified if archive else "",
        requests=acceptance.requests,
        failures=len(acceptance.failures),
        wrong="; ".join(acceptance.failures)[:SHOWN],
        at=at.isoformat(),
        accepted_by=by,
    )


def write(record: AcceptanceRecord, service: str, table: str, dynamodb: Any) -> None:
    """Keep a result as the newest of its version."""
    kept = asdict(record)
    values = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in kept.items()}
    dynamodb.put_item(TableName=table, Item=_key(service, record.version) | values)


def read(service: str, version: str, table: str, dynamodb: Any) -> AcceptanceRecord | None:
    """Return the newest result of a version, None where none was kept."""
    item = dynamodb.get_item(TableName=table, Key=_key(service, version), ConsistentRead=True).get("Item")
    if not item:
        return None
    values = {name: next(iter(value.values())) for name, value in item.items()}
    return _RECORD.validate_python({name: values[name] for name in AcceptanceRecord.__dataclass_fields__})


def _key(service: str, version: str) -> dict[str, dict[str, str]]:
    return {"service": {"S": service}, "release_id": {"S": f"acceptance#{version}"}}
