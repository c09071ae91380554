"""From what the operator asks to a plan: the gate, the dials, and where the answers go."""

from typing import Any

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.batch.asking import MAXIMUM_K
from trainyard.batch.customers import Customers
from trainyard.batch.gate import scoring_version
from trainyard.batch.plan import BatchPlan
from trainyard.errors import UsageError
from trainyard.release.prepare import wanted_fleet
from trainyard.release.table import DeploymentTable


def prepare(
    platform: PlatformOutputs,
    service: ServiceOutputs,
    customers: Customers,
    *,
    version: str,
    k: int,
    output: str | None,
    sagemaker: Any,
    table: DeploymentTable,
) -> BatchPlan:
    """Return the plan of a batch; nothing is changed.

    Raises:
        UsageError: the version may not score, or a number, an address, a name or an instance type is not allowed.
    """
    if not 1 <= k <= MAXIMUM_K:
        raise UsageError(f"{k} products a customer were asked for", where="--k", cure=f"Ask for 1 to {MAXIMUM_K}")
    home = _home(platform, service, output)
    package = scoring_version(platform, service, version, sagemaker, table)
    plan = BatchPlan(
        environment=platform.environment,
        service=service.name,
        account=platform.account,
        endpoint_name=service.endpoint_name,
        version=package.version,
        model_package_arn=package.arn,
        container=package.container,
        fleet=wanted_fleet(platform, service),
        instance_type=_instance_type(service, offered(sagemaker)),
        customers=customers,
        k=k,
        home=home,
    )
    if plan.too_long:
        raise UsageError(plan.too_long, where=f"service {service.name}", cure="Shorten the service's name")
    return plan


def offered(sagemaker: Any) -> frozenset[str]:
    """Return the instance types that SageMaker runs transform jobs on, as its API's model lists them."""
    return frozenset(sagemaker.meta.service_model.shape_for("TransformInstanceType").enum)


def _instance_type(service: ServiceOutputs, known: frozenset[str]) -> str:
    """Return the type that the container serves on, or the one of processing jobs where batches cannot have that."""
    dials = (service.serving.instance_type, service.training.processing_instance_type)
    found = next((each for each in dials if each in known), None)
    if found is None:
        raise UsageError(
            f"SageMaker runs transform jobs neither on {dials[0]} nor on {dials[1]}",
            where=f"`serving.instance_type` and `training.processing_instance_type` of {service.name}",
            cure="Set one of them to a type that the API reference lists under TransformResources",
        )
    return found


def _home(platform: PlatformOutputs, service: ServiceOutputs, output: str | None) -> str:
    home = f"s3://{platform.buckets.artifacts}/{service.name}/batch"
    asked = (output or home).rstrip("/")
    if asked != home and not asked.startswith(f"{home}/"):
        raise UsageError(
            f"Answers cannot go to {asked}",
            where="--output",
            cure=f"Name a folder below {home}: only there may the service's role write, under the environment's key",
        )
    return asked
