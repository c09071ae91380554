"""What speaks for a version in the environment that it comes from, read there and nowhere else."""

from dataclasses import dataclass

from trainyard.acceptance import AcceptanceRecord
from trainyard.acceptance import record as acceptance
from trainyard.promotion.side import Side
from trainyard.registry import ModelVersion, find_version
from trainyard.registry.archive import Stamp, stamp
from trainyard.release.record import Record
from trainyard.release.table import DeploymentTable


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One version, how it was released, and how it was accepted."""

    version: ModelVersion
    releases: tuple[Record, ...]
    """All of the service's, the newest first."""
    acceptance: AcceptanceRecord | None
    archive: Stamp | None
    """What the archive is now."""


def gather(source: Side, version: int) -> Evidence:
    """Return what the source knows of a version.

    Raises:
        UsageError: there is no such version.
    """
    service, dynamodb, table = source.service.name, source.client("dynamodb"), source.platform.deployments_table
    found = find_version(source.service.model_package_group, version, source.client("sagemaker"))
    return Evidence(
        version=found,
        releases=tuple(DeploymentTable(dynamodb, table).all_releases(service)),
        acceptance=acceptance.read(service, str(version), table, dynamodb),
        archive=stamp(source.archive(found.model_data_url)),
    )
