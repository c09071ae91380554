"""The evidence: validation.json, what the gate and a model's records read. Its schema is a contract."""

from collections.abc import Sequence
from typing import Any

from recommender.validation.finding import Finding, Level
from recommender.validation.quarantine import Quarantine

SCHEMA_VERSION = 1


def evidence(
    data_hash: str, validated_hash: str | None, rows: int, found: Quarantine, findings: Sequence[Finding]
) -> dict[str, Any]:
    """Return validation.json.

    Args:
        data_hash: of the snapshot.
        validated_hash: SHA-256 of the validated orders.parquet; None where the run stops and none is written.
        rows: of the snapshot.
        found: what is in quarantine.
        findings: of all checks.
    """
    return {
        "schema": SCHEMA_VERSION,
        "passed": passed(findings),
        "rows": rows,
        "quarantined": found.rows,
        "reasons": found.reasons,
        "checks": [
            {"name": one.check, "passed": one.level is not Level.FAILURE, "detail": one.message} for one in findings
        ],
        "data_hash": data_hash,
        "validated_hash": validated_hash,
    }


def passed(findings: Sequence[Finding]) -> bool:
    """Return whether no check failed; warnings pass."""
    return all(finding.level is not Level.FAILURE for finding in findings)
