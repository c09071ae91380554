"""UpdateEndpoint and UpdateEndpointWeightsAndCapacities: what they refuse, and what they set going."""

from collections.abc import Mapping
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoint_configs import find_endpoint_config
from localcloud.sagemaker.endpoints.deployment import plan_deployment
from localcloud.sagemaker.endpoints.describe import find_endpoint
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.hosting import hosting
from localcloud.sagemaker.endpoints.record import DEPLOYMENT_CHANGE, STATE_CHANGE
from localcloud.sagemaker.endpoints.rollout import Rollout, Update, pending_summary
from localcloud.sagemaker.endpoints.rules import (
    alarm_names,
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
    retained_capture,
    retained_targets,
    targets_of,
)
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document

_SETTLE_SECONDS = 10.0


@operation("UpdateEndpoint")
def update_endpoint(call: Call) -> Document:
    """Deploy another endpoint configuration to a new fleet beside the old one, and shift the traffic to it."""
    check_request(call.operation, call.params)
    host = _free_host(call)
    with host.lock:
        endpoint = _in_service(call)
        config = find_endpoint_config(call.cloud, call.scope, call.params["EndpointConfigName"])
        deployment = _deployment_config(call.params, endpoint)
        targets = _targets(call.params, endpoint, config)
        if call.params.get("RetainAllVariantProperties"):
            config = retained_capture(config, endpoint["_Config"], _excluded(call.params))
        _check(call, endpoint, config, deployment, targets)
        update = Update(
            config=config,
            targets=targets,
            plan=plan_deployment(deployment, _counts(targets)),
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
    host = _free_host(call)
    with host.lock:
        endpoint = _in_service(call)
        current = current_targets(endpoint["ProductionVariants"])
        asked = {item["VariantName"]: item for item in call.params["DesiredWeightsAndCapacities"]}
        unknown = sorted(set(asked) - set(current))
        if unknown:
            raise ValidationError(f"The variant name(s) {unknown} are not present within endpoint configuration.")
        targets = {name: _changed(current[name], item) for name, item in asked.items()}
        host.record.write(EndpointStatus="Updating", drop=("FailureReason",))
        host.submit(Scaling(host, targets))
    host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
    return {"EndpointArn": host.record.arn}


def _free_host(call: Call) -> EndpointHost:
    endpoint = _in_service(call)
    host = hosting(call.cloud).find(call.scope, endpoint["EndpointName"])
    # In service, but the last task may still be announcing that.
    if host is None or not host.settled.wait(_SETTLE_SECONDS):
        raise ValidationError(f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}".')
    return host


def _in_service(call: Call) -> Document:
    endpoint = find_endpoint(call)
    if endpoint["EndpointStatus"] == "Failed":
        raise ValidationError(f'Cannot update failed endpoint "{endpoint["EndpointArn"]}"; it can only be deleted.')
    if endpoint["EndpointStatus"] != "InService":
        raise ValidationError(f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}".')
    return endpoint


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
    current = current_targets(endpoint["ProductionVariants"])
    check_same_variants(current, asked, "RetainAllVariantProperties")
    return retained_targets(asked, current, excluded)


def _check(
    call: Call,
    endpoint: Mapping[str, Any],
    config: Mapping[str, Any],
    deployment: Mapping[str, Any],
    targets: Mapping[str, VariantTarget],
) -> None:
    check_emulated(config)
    check_deployment_config(deployment, _counts(targets))
    if "BlueGreenUpdatePolicy" in deployment:
        routing = deployment["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["Type"]
        names = [variant["VariantName"] for variant in endpoint["ProductionVariants"]]
        if routing != "ALL_AT_ONCE":
            check_same_variants(names, targets, f"{routing} traffic routing")
    names = alarm_names(deployment)
    if names:
        check_alarms_exist(names, call.cloud.alarms.states(call.scope, names))
    old = instance_types(endpoint["_Config"])
    check_scaled_variants(old, instance_types(config), _registered(call, endpoint["EndpointName"], list(old)))


def _registered(call: Call, endpoint: str, variants: list[str]) -> list[str]:
    """Return the variants that are scalable targets of Application Auto Scaling."""
    by_resource = {f"endpoint/{endpoint}/variant/{name}": name for name in variants}
    found = call.cloud.client("application-autoscaling", call.scope).describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=list(by_resource)
    )
    return [by_resource[item["ResourceId"]] for item in found["ScalableTargets"] if item["ResourceId"] in by_resource]


def _counts(targets: Mapping[str, VariantTarget]) -> dict[str, int]:
    return {name: target.count for name, target in targets.items()}


def _changed(current: VariantTarget, asked: Mapping[str, Any]) -> VariantTarget:
    if "ServerlessUpdateConfig" in asked:
        raise ValidationError(f"Variant {asked['VariantName']} is not serverless.")
    count = int(asked.get("DesiredInstanceCount", current.count))
    if count < 1:
        raise ValidationError(
            f"DesiredInstanceCount of variant {asked['VariantName']} must be at least 1, got {count}."
        )
    return VariantTarget(count=count, weight=float(asked.get("DesiredWeight", current.weight)))
