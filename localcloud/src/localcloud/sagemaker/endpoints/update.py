"""UpdateEndpoint and UpdateEndpointWeightsAndCapacities: what they refuse, and what they set going."""

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoint_configs import find_endpoint_config
from localcloud.sagemaker.endpoints.course import Update, pending_summary
from localcloud.sagemaker.endpoints.describe import find_endpoint
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.hosting import hosting
from localcloud.sagemaker.endpoints.plans import alarm_names, guarded, plan_deployment
from localcloud.sagemaker.endpoints.record import DEPLOYMENT_CHANGE, STATE_CHANGE
from localcloud.sagemaker.endpoints.rollout import Rollout
from localcloud.sagemaker.endpoints.rules import (
    check_alarms_exist,
    check_deployment_config,
    check_same_variants,
    check_scaled_variants,
)
from localcloud.sagemaker.endpoints.scaling import Scaling
from localcloud.sagemaker.endpoints.variants import (
    VariantTarget,
    check_emulated,
    current_targets,
    instance_types,
    production_counts,
    production_names,
    retained_capture,
    retained_targets,
    shadow_names,
    targets_of,
)
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document

_SETTLE_SECONDS = 10.0
_SCALABLE = ("InService",)
# AWS's way out of a failed rollback is another update (its guide, "Use rolling deployments").
_UPDATABLE = ("InService", "UpdateRollbackFailed")


@operation("UpdateEndpoint")
def update_endpoint(call: Call) -> Document:
    """Deploy another endpoint configuration to a new fleet beside the old one, and shift the traffic to it."""
    check_request(call.operation, call.params)
    host = _free_host(call, _UPDATABLE)
    with host.lock:
        endpoint = _in_status(call, _UPDATABLE)
        config = find_endpoint_config(call.cloud, call.scope, call.params["EndpointConfigName"])
        deployment = _deployment_config(call.params, endpoint)
        targets = _targets(call.params, endpoint, config)
        if call.params.get("RetainAllVariantProperties"):
            config = retained_capture(config, endpoint["_Config"], _excluded(call.params))
        _check(call, endpoint, config, deployment, targets)
        update = Update(
            config=config,
            targets=targets,
            plan=plan_deployment(
                guarded(deployment, _instance_types(endpoint, config)),
                production_counts(config, targets),
                host.live.counts(),
            ),
            started=call.cloud.clock.now(),
        )
        host.record.write(
            EndpointStatus="Updating",
            PendingDeploymentSummary=pending_summary(update),
            drop=("FailureReason", "LastDeploymentConfig"),
            **({"LastDeploymentConfig": deployment} if deployment else {}),
        )
        host.submit(Rollout(host, update))
    host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
    return {"EndpointArn": host.record.arn}


@operation("UpdateEndpointWeightsAndCapacities")
def update_endpoint_weights_and_capacities(call: Call) -> Document:
    """Give variants of the configuration in force other weights or instance counts."""
    check_request(call.operation, call.params)
    host = _free_host(call, _SCALABLE)
    with host.lock:
        endpoint = _in_status(call, _SCALABLE)
        current = current_targets(endpoint)
        asked = {item["VariantName"]: item for item in call.params["DesiredWeightsAndCapacities"]}
        unknown = sorted(set(asked) - set(current))
        if unknown:
            raise ValidationError(f"The variant name(s) {unknown} are not present within endpoint configuration.")
        targets = {name: _changed(current[name], item) for name, item in asked.items()}
        host.record.write(EndpointStatus="Updating", drop=("FailureReason",))
        host.submit(Scaling(host, targets))
    host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
    return {"EndpointArn": host.record.arn}


def _free_host(call: Call, statuses: Collection[str]) -> EndpointHost:
    endpoint = _in_status(call, statuses)
    host = hosting(call.cloud).find(call.scope, endpoint["EndpointName"])
    # In service, but the last task may still be announcing that.
    if host is None or not host.settled.wait(_SETTLE_SECONDS):
        raise ValidationError(f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}".')
    return host


def _in_status(call: Call, statuses: Collection[str]) -> Document:
    endpoint = find_endpoint(call)
    status, arn = endpoint["EndpointStatus"], endpoint["EndpointArn"]
    if status in statuses:
        return endpoint
    if status == "Failed":
        raise ValidationError(f'Cannot update failed endpoint "{arn}"; it can only be deleted.')
    if status == "UpdateRollbackFailed":
        raise ValidationError(
            f'Cannot change weights and capacities of endpoint "{arn}" in status {status}: it runs two endpoint '
            "configurations. Update it to one of them first (UpdateEndpoint)."
        )
    raise ValidationError(f'Cannot update in-progress endpoint "{arn}".')


def _deployment_config(params: Mapping[str, Any], endpoint: Mapping[str, Any]) -> Document:
    given: Document = params.get("DeploymentConfig") or {}
    if not params.get("RetainDeploymentConfig"):
        return given
    if given:
        raise ValidationError("DeploymentConfig cannot be specified together with RetainDeploymentConfig.")
    return endpoint.get("LastDeploymentConfig", {})


def _excluded(params: Mapping[str, Any]) -> list[str]:
    return [item["VariantPropertyType"] for item in params.get("ExcludeRetainedVariantProperties", ())]


def _targets(
    params: Mapping[str, Any], endpoint: Mapping[str, Any], config: Mapping[str, Any]
) -> dict[str, VariantTarget]:
    excluded = _excluded(params)
    asked = targets_of(config)
    if not params.get("RetainAllVariantProperties"):
        if excluded:
            raise ValidationError("ExcludeRetainedVariantProperties can only be used with RetainAllVariantProperties.")
        return asked
    check_same_variants(production_names(endpoint), production_names(config), "RetainAllVariantProperties")
    return retained_targets(asked, current_targets(endpoint), excluded)


def _check(
    call: Call,
    endpoint: Mapping[str, Any],
    config: Mapping[str, Any],
    deployment: Mapping[str, Any],
    targets: Mapping[str, VariantTarget],
) -> None:
    check_emulated(config)
    shadows = shadow_names(config) | shadow_names(endpoint)
    check_deployment_config(deployment, production_counts(config, targets), shadows)
    strategy = _gradual_strategy(deployment)
    if strategy:
        check_same_variants(production_names(endpoint), production_names(config), strategy)
    names = alarm_names(deployment)
    if names:
        check_alarms_exist(names, call.cloud.alarms.states(call.scope, names))
    old = instance_types(endpoint["_Config"])
    check_scaled_variants(old, instance_types(config), _registered(call, endpoint["EndpointName"], list(old)))


def _gradual_strategy(deployment: Mapping[str, Any]) -> str | None:
    """Return what to call a strategy under which old and new instances share a variant's traffic, else None."""
    if "RollingUpdatePolicy" in deployment:
        return "RollingUpdatePolicy"
    routing = deployment.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    return f"{routing['Type']} traffic routing" if routing.get("Type", "ALL_AT_ONCE") != "ALL_AT_ONCE" else None


def _instance_types(endpoint: Mapping[str, Any], config: Mapping[str, Any]) -> set[str]:
    return {*instance_types(endpoint["_Config"]).values(), *instance_types(config).values()}


def _registered(call: Call, endpoint: str, variants: list[str]) -> list[str]:
    """Return the variants that are scalable targets of Application Auto Scaling."""
    by_resource = {f"endpoint/{endpoint}/variant/{name}": name for name in variants}
    found = call.cloud.client("application-autoscaling", call.scope).describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=list(by_resource)
    )
    return [by_resource[item["ResourceId"]] for item in found["ScalableTargets"] if item["ResourceId"] in by_resource]


def _changed(current: VariantTarget, asked: Mapping[str, Any]) -> VariantTarget:
    if "ServerlessUpdateConfig" in asked:
        raise ValidationError(f"Variant {asked['VariantName']} is not serverless.")
    count = int(asked.get("DesiredInstanceCount", current.count))
    if count < 1:
        raise ValidationError(
            f"DesiredInstanceCount of variant {asked['VariantName']} must be at least 1, got {count}."
        )
    return VariantTarget(count=count, weight=float(asked.get("DesiredWeight", current.weight)))
