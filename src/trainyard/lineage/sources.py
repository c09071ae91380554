"""The records that a lineage is read from, as they lie there; an empty one is a record that there is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainyard.acceptance.record import AcceptanceRecord
from trainyard.registry import ModelVersion
from trainyard.release.record import Approval, Record
from trainyard.reproduction import Reproduction

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What was found about one version."""

    version: ModelVersion
    required: int
    """How many different people must approve."""
    archive_sha256: str = ""
    """Of the archive as it is now; empty where there is none any more."""
    model: Document = field(default_factory=dict[str, Any])
    """model.json of the archive."""
    environment: Document = field(default_factory=dict[str, Any])
    """environment.json of the archive."""
    run: Document = field(default_factory=dict[str, Any])
    """run.json, what the run was started with."""
    snapshot: Document = field(default_factory=dict[str, Any])
    """snapshot.json of the data."""
    snapshot_uri: str = ""
    evaluation: Document = field(default_factory=dict[str, Any])
    gate: Document = field(default_factory=dict[str, Any])
    files: Sequence[str] = ()
    """Addresses of everything that the run left in the artifacts bucket."""
    approvals: Sequence[Approval] = ()
    releases: Sequence[Record] = ()
    """Of the service, newest first: what ended a version's time is another one's release."""
    acceptance: AcceptanceRecord | None = None
    reproductions: Sequence[Reproduction] = ()
