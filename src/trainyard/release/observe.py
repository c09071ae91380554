"""What AWS shows right now, reduced to what the decision needs."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from trainyard.release.clients import Clients
from trainyard.release.plan import ReleasePlan
from trainyard.release.quota import Quota, endpoint_quota
from trainyard.release.record import BASELINE, Approval, Live, LivePointer, Progress, Record
from trainyard.release.scaling import ScalingState, look_at_scaling, variant
from trainyard.release.table import DeploymentTable


@dataclass(frozen=True, kw_only=True)
class EndpointState:
    """An endpoint as DescribeEndpoint shows it."""

    status: str
    config_name: str
    desired_count: int = 1
    desired_weight: float = 1.0
    modified: str = ""
    failure_reason: str = ""
    pending_config: str = ""
    """The config of a deployment that is under way."""
    activity: str = ""
    """What the variant says it is doing, such as `Baking`."""
    capture_percent: int = 0
    """What the endpoint captures, which after an update need not be what its config says."""


@dataclass(frozen=True, kw_only=True)
class ConfigState:
    """The first variant of an endpoint config."""

    name: str
    variant_name: str
    model_name: str
    instance_type: str
    instance_count: int
    variant_count: int = 1
    shadowed: bool = False
    """Whether a shadow runs beside it: the config is then a copy of the one that was live."""


@dataclass(frozen=True, kw_only=True)
class AlarmState:
    """An alarm's state and CloudWatch's reason for it."""

    state: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One look at everything that a release depends on."""

    now: float
    endpoint: EndpointState | None
    live_config: ConfigState | None
    pre_endpoint: EndpointState | None = None
    models: frozenset[str] = frozenset()
    """Those that exist, among the models this release may create or delete."""
    configs: frozenset[str] = frozenset()
    alarms: Mapping[str, AlarmState] = field(default_factory=dict[str, AlarmState])
    pointer: LivePointer | None = None
    package_status: str = ""
    approvals: tuple[Approval, ...] = ()
    scaling: ScalingState = field(default_factory=ScalingState)
    """Looked at only where the instance type changes, or did."""
    quota: Quota | None = None
    """Of the new fleet's instance type; asked for by the preflight only."""

    @property
    def live(self) -> Live:
        """Return what serves now."""
        return live_by(self.pointer, self.live_config)


def live_by(pointer: LivePointer | None, config: ConfigState | None) -> Live:
    """Return what serves, given the endpoint's config: the pointer where it agrees, else the day-0 model."""
    name = config.name if config else ""
    if pointer and agrees(pointer.current, config):
        return pointer.current
    model = config.model_name if config else ""
    return Live(version=BASELINE, model_package_arn="", endpoint_config_name=name, model_name=model)


def agrees(live: Live, config: ConfigState | None) -> bool:
    """Return whether an endpoint's config is the one of `live`, or its copy with a shadow, which keeps the model."""
    if config is None:
        return False
    return live.endpoint_config_name == config.name or (config.shadowed and live.model_name == config.model_name)


def observe(
    clients: Clients, table: DeploymentTable, record: Record, clock: Callable[[], float] = time.time
) -> Observed:
    """Look at AWS once; what only the preflight asks for is read only until it has passed."""
    plan, progress = record.plan, record.progress
    sagemaker = clients.sagemaker
    endpoint = describe_endpoint(sagemaker, plan.endpoint_name)
    live_config = describe_config(sagemaker, endpoint.config_name) if endpoint else None
    checking = progress.replaces is None
    pointer = table.pointer(plan.service) if checking else None
    candidates = [plan.config_name, plan.pre_name]
    models = [plan.model_name]
    if progress.retires:
        candidates.append(progress.retires.endpoint_config_name)
        models.append(progress.retires.model_name)
    old_alarms = progress.replaces.alarms if progress.replaces else ()
    return Observed(
        now=clock(),
        endpoint=endpoint,
        live_config=live_config,
        pre_endpoint=describe_endpoint(sagemaker, plan.pre_name),
        models=frozenset(name for name in models if _exists(sagemaker.describe_model, ModelName=name)),
        configs=frozenset(
            name for name in candidates if _exists(sagemaker.describe_endpoint_config, EndpointConfigName=name)
        ),
        alarms=describe_alarms(clients.cloudwatch, (*plan.endpoint_alarms, *plan.alarm_names, *old_alarms)),
        pointer=pointer,
        package_status=_package_status(sagemaker, plan) if checking else "",
        approvals=table.approvals(plan.service, plan.version) if checking else (),
        scaling=_scaling(clients.autoscaling, plan, progress, live_config),
        quota=endpoint_quota(clients.quotas, plan.fleet.instance_type) if checking else None,
    )


def changes_type(plan: ReleasePlan, live: ConfigState | None) -> bool:
    """Return whether the release would change the instance type of what is live."""
    return live is not None and live.instance_type != plan.fleet.instance_type


def missing(error: ClientError) -> bool:
    """Return whether AWS says that there is no such resource (SageMaker has no error code of its own for it)."""
    detail = error.response["Error"]
    text = detail.get("Message", "").lower()
    return detail["Code"] == "ResourceNotFound" or (
        detail["Code"] == "ValidationException" and ("could not find" in text or "does not exist" in text)
    )


def describe_endpoint(sagemaker: Any, name: str) -> EndpointState | None:
    """Return the state of an endpoint, or None."""
    answer = _ask(sagemaker.describe_endpoint, EndpointName=name)
    if answer is None:
        return None
    variant = (answer.get("ProductionVariants") or [{}])[0]
    pending = answer.get("PendingDeploymentSummary") or {}
    pending_variant = (pending.get("ProductionVariants") or [{}])[0]
    activities = pending_variant.get("VariantStatus") or variant.get("VariantStatus") or []
    modified = answer.get("LastModifiedTime")
    capture = answer.get("DataCaptureConfig") or {}
    return EndpointState(
        status=answer["EndpointStatus"],
        config_name=answer["EndpointConfigName"],
        desired_count=int(variant.get("DesiredInstanceCount") or variant.get("CurrentInstanceCount") or 1),
        desired_weight=float(variant.get("DesiredWeight") or variant.get("CurrentWeight") or 1.0),
        modified=modified.isoformat() if modified else "",
        failure_reason=answer.get("FailureReason", ""),
        pending_config=pending.get("EndpointConfigName", ""),
        activity=activities[-1]["Status"] if activities else "",
        capture_percent=int(capture["CurrentSamplingPercentage"]) if capture.get("EnableCapture") else 0,
    )


def describe_config(sagemaker: Any, name: str) -> ConfigState | None:
    """Return the first variant of an endpoint config, or None."""
    answer = _ask(sagemaker.describe_endpoint_config, EndpointConfigName=name)
    if answer is None:
        return None
    variant = answer["ProductionVariants"][0]
    return ConfigState(
        name=name,
        variant_name=variant["VariantName"],
        model_name=variant["ModelName"],
        instance_type=variant.get("InstanceType", ""),
        instance_count=int(variant.get("InitialInstanceCount", 1)),
        variant_count=len(answer["ProductionVariants"]),
        shadowed=bool(answer.get("ShadowProductionVariants")),
    )


def describe_alarms(cloudwatch: Any, names: tuple[str, ...]) -> dict[str, AlarmState]:
    """Return the states of those of the named alarms that exist."""
    if not names:
        return {}
    answer = cloudwatch.describe_alarms(AlarmNames=sorted(set(names)), MaxRecords=100)
    return {
        alarm["AlarmName"]: AlarmState(state=alarm["StateValue"], reason=alarm.get("StateReason", ""))
        for alarm in answer["MetricAlarms"]
    }


def _ask(describe: Callable[..., Any], **parameters: str) -> dict[str, Any] | None:
    try:
        return describe(**parameters)
    except ClientError as error:
        if missing(error):
            return None
        raise


def _exists(describe: Callable[..., Any], **parameters: str) -> bool:
    return _ask(describe, **parameters) is not None


def _scaling(autoscaling: Any, plan: ReleasePlan, progress: Progress, live: ConfigState | None) -> ScalingState:
    if progress.scaling is None and not changes_type(plan, live):
        return ScalingState()
    where = variant(plan.endpoint_name, plan.variant_name)
    return look_at_scaling(autoscaling, where, whole=progress.scaling is not None)


def _package_status(sagemaker: Any, plan: ReleasePlan) -> str:
    if not plan.model_package_arn:
        return ""
    answer = _ask(sagemaker.describe_model_package, ModelPackageName=plan.model_package_arn)
    return (answer or {}).get("ModelApprovalStatus", "")
