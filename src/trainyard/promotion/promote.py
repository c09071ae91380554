"""The promotion itself: judge, copy the archive, copy the image, register; each step finds what a run before it did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainyard.errors import GateRejected, TrainyardError, UsageError
from trainyard.image import copy_image, image_digest
from trainyard.promotion.evidence import Evidence, gather
from trainyard.promotion.package import Content, find_promoted, register, request
from trainyard.promotion.side import Side
from trainyard.promotion.verdict import objection
from trainyard.registry import ModelVersion, Origin, archive, list_versions
from trainyard.release.observe import describe_config, describe_endpoint, live_by
from trainyard.release.record import BASELINE
from trainyard.release.table import DeploymentTable

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """How a promotion ended."""

    version: ModelVersion
    """As the target's registry has it."""
    origin: Origin
    already: bool
    """Whether an earlier promotion made it."""


def promote(source: Side, target: Side, version: int | None, say: Say) -> Promoted:
    """Make a version of the source a pending version of the target.

    Args:
        source: environment that it comes from; only read.
        target: environment that it goes to.
        version: its number in the source; None takes the one that is live there.
        say: told each step.

    Raises:
        UsageError: source and target are one, or the source has no such version; nothing was changed.
        GateRejected: the version has not proved itself in the source; nothing was changed.
        TrainyardError: what was copied is not what was read.
    """
    if source.platform.account == target.platform.account and source.name == target.name:
        raise UsageError(f"{source.name} cannot be promoted to itself", where="--from and --to")
    evidence = gather(source, live_version(source) if version is None else version)
    origin = _origin(source, evidence)
    reason = objection(evidence, source.name)
    if reason:
        raise GateRejected(
            f"Version {origin.version} of {source.service.name} may not leave {source.name}: {reason}",
            where=f"the deployment record and registry of {source.name}; nothing was changed in {target.name}",
        )
    group, sagemaker = target.service.model_package_group, target.client("sagemaker")
    known = find_promoted(list_versions(group, sagemaker), origin)
    if known:
        return Promoted(version=known, origin=origin, already=True)
    described = source.client("sagemaker").describe_model_package(ModelPackageName=origin.package)
    content = _copy(source, target, evidence, say)
    made = register(sagemaker, group, request(described, group, origin, content))
    return Promoted(version=made, origin=origin, already=False)


def live_version(side: Side) -> int:
    """Return the version that is live in an environment.

    Raises:
        UsageError: it serves the model of the first day, or nothing.
    """
    table, sagemaker = (
        DeploymentTable(side.client("dynamodb"), side.platform.deployments_table),
        side.client("sagemaker"),
    )
    endpoint = describe_endpoint(sagemaker, side.service.endpoint_name)
    config = describe_config(sagemaker, endpoint.config_name) if endpoint else None
    live = live_by(table.pointer(side.service.name), config).version
    if live == BASELINE:
        raise UsageError(
            f"{side.name} serves no version of the registry, but at most the model of the first day",
            where=f"endpoint {side.service.endpoint_name}",
            cure="Release a version there first, or name one with --version",
        )
    return int(live)


def _origin(source: Side, evidence: Evidence) -> Origin:
    return Origin(
        environment=source.name,
        account=source.platform.account,
        package=evidence.version.arn,
        version=str(evidence.version.version),
    )


def _copy(source: Side, target: Side, evidence: Evidence, say: Say) -> Content:
    version = evidence.version
    digest = image_digest(version.image)  # refused before anything is written
    there = source.archive(version.model_data_url)
    before = archive.sha256(there)
    _same(version.metadata.get("archive_sha256", before), before, there.url)
    here = target.archive(
        f"s3://{target.platform.buckets.artifacts}/{target.service.name}/promoted/{before}/model.tar.gz"
    )
    if archive.stamp(here) is None:
        say(f"Copy the archive to {here.url}, under the key of {target.name}")
        archive.copy(there, here, key_arn=target.platform.kms_key_arn, expected=before)
    _same(before, archive.sha256(here), here.url)
    say(f"The archive is the same there: sha256 {before}")
    image = _image(source, target, version.image, say)
    return Content(image=image, image_digest=digest, archive_url=here.url, archive_sha256=before)


def _image(source: Side, target: Side, image: str, say: Say) -> str:
    if image.partition(".")[0] in target.platform.images_borrowed_from:
        say(f"Image {image_digest(image)} stays where it is: {target.name} may run it from there")
        return image
    say(f"Image {image_digest(image)} goes by digest")
    clients: dict[str, Any] = {"source": source.client("ecr"), "target": target.client("ecr")}
    return copy_image(image, target.service.repository_url, **clients)


def _same(expected: str, found: str, url: str) -> None:
    if found != expected:
        raise TrainyardError(
            f"The archive is not what was promoted: its SHA-256 is {found}, not {expected}",
            where=url,
            cure="Find out who overwrote it, and remove it there; no version was registered",
        )
