"""Which version may score: one that could be released, or the one that is live."""

from typing import Any

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.errors import UsageError
from trainyard.release.approved import Candidate, objections
from trainyard.release.package import Package, find_package
from trainyard.release.prepare import live_now
from trainyard.release.record import BASELINE
from trainyard.release.table import DeploymentTable

LIVE = "live"
"""Stands for the version that is live."""


def scoring_version(
    platform: PlatformOutputs, service: ServiceOutputs, version: str, sagemaker: Any, table: DeploymentTable
) -> Package:
    """Return the version that is to score.

    What is live passed the gate when it was released, so it may score whatever the registry says of it by now.

    Args:
        platform: the environment.
        service: the model service in it.
        version: its number, or `live`.
        sagemaker: a client of SageMaker.
        table: the environment's deployments table.

    Raises:
        UsageError: there is no such version, or it is neither live nor approved as the environment asks.
    """
    if version == LIVE:
        return find_package(sagemaker, service.model_package_group, _live(service, sagemaker, table))
    if not version.isdecimal():
        raise UsageError(f"{version!r} is no version", where="--model-version", cure="Give a number, or `live`")
    package = find_package(sagemaker, service.model_package_group, int(version))
    candidate = Candidate(
        environment=platform.environment,
        service=service.name,
        version=package.version,
        model_package_arn=package.arn,
        approvals_required=service.approvals_required,
    )
    reasons = objections(candidate, package.status, table.approvals(service.name, package.version))
    if reasons and live_now(service, sagemaker, table).model_package_arn != package.arn:
        raise UsageError(
            f"No customer was scored: {'; '.join(reasons)}",
            where=f"the registry and the deployments table of {platform.environment}; nothing was changed",
        )
    return package


def _live(service: ServiceOutputs, sagemaker: Any, table: DeploymentTable) -> int:
    version = live_now(service, sagemaker, table).version
    if version == BASELINE:
        raise UsageError(
            f"{service.endpoint_name} serves the model of the first day, which is no version of the registry: what it "
            "scored could not be traced back",
            where=f"endpoint {service.endpoint_name}; nothing was changed",
            cure="Release a version first, or name one with --model-version",
        )
    return int(version)
