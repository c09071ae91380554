"""PutScalingPolicy, DeleteScalingPolicy and DescribeScalingPolicies: target tracking, with the alarms it makes."""

import math
import uuid
from collections.abc import Mapping
from typing import Any

from localcloud.autoscaling.records import (
    POLICY,
    belonging,
    described,
    find_target,
    key,
    listing,
    where,
)
from localcloud.autoscaling.service import not_found, operation
from localcloud.autoscaling.tracking_alarms import INVOCATIONS, alarm_name, alarm_requests, metric_of
from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.sagemaker.service import Call
from localcloud.scope import Scope
from localcloud.store import Document

_TRACKING = "TargetTrackingScaling"


@operation("PutScalingPolicy")
def put_scaling_policy(call: Call) -> Document:
    """Create or change a target tracking policy; both of its alarms follow."""
    resource_id, name = call.params["ResourceId"], call.params["PolicyName"]
    find_target(call.cloud, call.scope, resource_id)
    known = call.cloud.store.get(call.scope, POLICY, key(resource_id, name))
    policy = {**(known or _new(call)), **_configuration(call.params, known)}
    _check_metric(policy, belonging(call.cloud, call.scope, POLICY, resource_id))
    call.cloud.store.put(call.scope, POLICY, key(resource_id, name), policy)
    cloudwatch = call.cloud.client("cloudwatch", call.scope)
    for request in alarm_requests(policy):
        cloudwatch.put_metric_alarm(**request)
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


@operation("DeleteScalingPolicy")
def delete_scaling_policy(call: Call) -> None:
    """Delete a policy and its alarms."""
    resource_id, name = call.params["ResourceId"], call.params["PolicyName"]
    policy = call.cloud.store.get(call.scope, POLICY, key(resource_id, name))
    if policy is None:
        raise not_found(f"No scaling policy found for {described(resource_id)}, policy name: {name}")
    remove_policy(call.cloud, call.scope, policy)


@operation("DescribeScalingPolicies")
def describe_scaling_policies(call: Call) -> Document:
    """Return policies, all of them or those of one variant or of some names."""
    return listing(call, POLICY, "PolicyName", "ScalingPolicies")


def remove_policy(cloud: Cloud, scope: Scope, policy: Mapping[str, Any]) -> None:
    """Delete a policy's alarms, then the policy."""
    cloud.client("cloudwatch", scope).delete_alarms(AlarmNames=[policy["_High"], policy["_Low"]])
    cloud.store.delete(scope, POLICY, key(policy["ResourceId"], policy["PolicyName"]))


def _new(call: Call) -> Document:
    resource_id, name = call.params["ResourceId"], call.params["PolicyName"]
    place = f"resource/sagemaker/{resource_id}:policyName/{name}"
    alarms = [alarm_name(resource_id, side, str(uuid.uuid4())) for side in ("High", "Low")]
    return {
        "PolicyARN": call.scope.arn("autoscaling", f"scalingPolicy:{uuid.uuid4()}:{place}"),
        "PolicyName": name,
        **where(resource_id),
        "PolicyType": _TRACKING,
        "CreationTime": call.cloud.clock.now(),
        "Alarms": [
            {"AlarmName": alarm, "AlarmARN": call.scope.arn("cloudwatch", f"alarm:{alarm}")} for alarm in alarms
        ],
        "_High": alarms[0],
        "_Low": alarms[1],
    }


def _configuration(params: Mapping[str, Any], known: Mapping[str, Any] | None) -> Document:
    kind = params.get("PolicyType") or (known["PolicyType"] if known else "StepScaling")
    if kind != _TRACKING:
        raise ValidationError(f"Policy type {kind} is not served by the local cloud for SageMaker; use {_TRACKING}.")
    name = "TargetTrackingScalingPolicyConfiguration"
    configuration = params.get(name) or (known or {}).get(name)
    if not configuration:
        raise ValidationError(f"A policy of type {_TRACKING} needs {name}.")
    _check_configuration(configuration)
    return {name: configuration}


def _check_configuration(configuration: Mapping[str, Any]) -> None:
    predefined = configuration.get("PredefinedMetricSpecification")
    custom = configuration.get("CustomizedMetricSpecification")
    if (predefined is None) == (custom is None):
        raise ValidationError(
            "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified."
        )
    if predefined and predefined["PredefinedMetricType"] != INVOCATIONS:
        raise ValidationError(
            f"Predefined metric {predefined['PredefinedMetricType']} is not published by the local cloud; it has "
            f"{INVOCATIONS}."
        )
    if custom and bool(custom.get("Metrics")) == bool(custom.get("MetricName")):
        raise ValidationError("A customized metric is either one metric with its statistic, or a list of Metrics.")
    if not (math.isfinite(configuration["TargetValue"]) and configuration["TargetValue"] > 0):
        raise ValidationError("TargetValue must be greater than 0.")


def _check_metric(policy: Mapping[str, Any], others: list[Document]) -> None:
    for other in others:
        if other["PolicyName"] != policy["PolicyName"] and metric_of(other) == metric_of(policy):
            raise ValidationError(
                f"Only one TargetTrackingScaling policy for a given metric specification is allowed; "
                f"{other['PolicyName']} has this one."
            )
