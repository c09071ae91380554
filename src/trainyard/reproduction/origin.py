"""How a version came to be, as recorded: what a reproduction starts from. Whatever is missing refuses."""

from dataclasses import dataclass
from typing import Any

from pipelines import run_record
from pipelines.run_layout import RunLayout
from pipelines.run_record import RunRecord
from stacks.outputs import PlatformOutputs
from trainyard.errors import TrainyardError, UsageError
from trainyard.registry import ModelVersion
from trainyard.registry.archive import Place, sha256
from trainyard.reproduction.definition import Making, making


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What made a version."""

    version: ModelVersion
    layout: RunLayout
    run: RunRecord
    making: Making


def recorded(service: str, version: ModelVersion, platform: PlatformOutputs, s3: Any) -> Recorded:
    """Return the record of a version that was trained in this environment.

    Raises:
        UsageError: it was trained elsewhere, or its run left no record.
        TrainyardError: the archive is not the one that was registered.
    """
    if version.origin:
        there = version.origin
        raise UsageError(
            f"Version {version.version} was not trained in {platform.environment}: it is version {there.version} of "
            f"{there.environment}, where data and record are",
            where=version.arn,
            cure=f"Run `trainyard model reproduce {service} {there.version} --stack {there.environment}`",
        )
    layout = RunLayout(bucket=platform.buckets.artifacts, service=service, run=version.metadata.get("run", ""))
    found = run_record.read(layout, platform.account, s3) if layout.run else None
    if found is None:
        raise UsageError(
            f"Version {version.version} has no usable record of how it was made",
            where=layout.uri(run_record.RECORD),
            cure="Runs of `trainyard pipeline run` leave one since Trainyard writes them; train a new version",
        )
    _check_archive(version, platform, s3)
    return Recorded(version=version, layout=layout, run=found[0], making=making(found[1]))


def _check_archive(version: ModelVersion, platform: PlatformOutputs, s3: Any) -> None:
    expected = version.metadata.get("archive_sha256")
    found = sha256(Place.of(version.model_data_url, platform.account, s3))
    if expected and found != expected:
        raise TrainyardError(
            f"The archive of version {version.version} is not the one that was registered: its SHA-256 is {found}, "
            f"recorded is {expected}",
            where=version.model_data_url,
            cure="Find out who overwrote it; the bucket keeps older versions of an object for a while",
        )
