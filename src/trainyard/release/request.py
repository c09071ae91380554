"""The plan as requests to AWS. Pure: mappings in, mappings out."""

from typing import Any

from stacks.instance_storage import has_local_storage
from stacks.outputs import Strategy
from trainyard.release import live_answers
from trainyard.release.plan import Container, Fleet, ReleasePlan

Request = dict[str, Any]


def tags(plan: ReleasePlan) -> list[dict[str, str]]:
    """Return the tags of everything a release creates."""
    return tags_by("trainyard-release", plan.environment, plan.service)


def tags_by(maker: str, environment: str, service: str) -> list[dict[str, str]]:
    """Return the tags of what a maker creates; `trainyard.sweep.ownership` knows the makers."""
    values = {"managed-by": maker, "environment": environment, "service": service}
    return [{"Key": key, "Value": value} for key, value in values.items()]


def model(plan: ReleasePlan) -> Request:
    """Return the request of CreateModel."""
    return model_of(plan.model_name, plan.version, plan.container, plan.fleet, tags(plan))


def model_of(name: str, version: str, container: Container, fleet: Fleet, tags: list[dict[str, str]]) -> Request:
    """Return the request of CreateModel for a version of the registry.

    The package's container is copied, not named (`ModelPackageName`): the model then outlives its package, a rollback
    never depends on the registry, and MODEL_VERSION can be set.
    """
    return {
        "ModelName": name,
        "PrimaryContainer": {
            "Image": container.image,
            "ModelDataUrl": container.model_data_url,
            "Environment": {**container.environment, **fleet.environment, "MODEL_VERSION": version},
        },
        "ExecutionRoleArn": fleet.execution_role_arn,
        "VpcConfig": {"Subnets": list(fleet.subnet_ids), "SecurityGroupIds": [fleet.security_group_id]},
        "Tags": tags,
    }


def config(plan: ReleasePlan) -> Request:
    """Return the request of CreateEndpointConfig for the fleet that is to be live."""
    fleet = plan.fleet
    return {
        **_config(plan, plan.config_name, fleet.instance_count),
        "DataCaptureConfig": {
            "EnableCapture": fleet.capture_percent > 0,
            "InitialSamplingPercentage": fleet.capture_percent,
            "DestinationS3Uri": fleet.capture_uri,
            "KmsKeyId": fleet.kms_key_arn,
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        },
    }


def pre_config(plan: ReleasePlan) -> Request:
    """Return the request of CreateEndpointConfig for the pre-release endpoint: one instance, nothing captured."""
    return _config(plan, plan.pre_name, 1)


def pre_endpoint(plan: ReleasePlan) -> Request:
    """Return the request of CreateEndpoint for the pre-release endpoint."""
    return {"EndpointName": plan.pre_name, "EndpointConfigName": plan.pre_name, "Tags": tags(plan)}


def alarms(plan: ReleasePlan) -> list[Request]:
    """Return the requests of PutMetricAlarm: each sees the new fleet only, by the dimension EndpointConfigName."""
    errors_5xx, errors_4xx, latency, golden = plan.alarm_names
    limits = plan.thresholds
    # SageMaker publishes 1 or 0 per invocation, so the average is the share. No `Unit`: a unit that differs from the
    # published one would make an alarm that never sees a datapoint.
    return [
        _alarm(plan, errors_5xx, "Invocation5XXErrors", limits.errors_5xx_percent / 100, {"Statistic": "Average"}),
        _alarm(plan, errors_4xx, "Invocation4XXErrors", limits.errors_4xx_percent / 100, {"Statistic": "Average"}),
        _alarm(
            plan,
            latency,
            "ModelLatency",
            limits.latency_p99_ms * 1000,
            {"ExtendedStatistic": "p99", "Unit": "Microseconds"},
        ),
        {
            **_alarm(plan, golden, live_answers.METRIC, 0, {"Statistic": "Sum"}),
            "Namespace": live_answers.NAMESPACE,
            "Dimensions": live_answers.dimensions(plan.config_name),
        },
    ]


def update(plan: ReleasePlan, rollback_alarms: tuple[str, ...], *, retain_count: bool) -> Request:
    """Return the request of UpdateEndpoint; without `retain_count` the new config's instance count applies."""
    deployment = deployment_config(plan.strategy)
    excluded = ["DataCaptureConfig"] if retain_count else ["DataCaptureConfig", "DesiredInstanceCount"]
    if rollback_alarms:
        deployment["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in rollback_alarms]}
    return {
        "EndpointName": plan.endpoint_name,
        "EndpointConfigName": plan.config_name,
        "RetainAllVariantProperties": True,
        # Retaining keeps the old capture too, which is a dial of the new config.
        "ExcludeRetainedVariantProperties": [{"VariantPropertyType": name} for name in excluded],
        "DeploymentConfig": deployment,
    }


def deployment_config(strategy: Strategy) -> Request:
    """Return the update policy of a strategy, without its alarms."""
    limit = {"MaximumExecutionTimeoutInSeconds": strategy.timeout_seconds}
    if strategy.type == "rolling":
        return {
            "RollingUpdatePolicy": {
                "MaximumBatchSize": _capacity(strategy.rolling_percent),
                "RollbackMaximumBatchSize": _capacity(strategy.rolling_back_percent),
                "WaitIntervalInSeconds": strategy.bake_seconds,
                **limit,
            }
        }
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": _routing(strategy),
            "TerminationWaitInSeconds": strategy.bake_seconds,
            **limit,
        }
    }


def _routing(strategy: Strategy) -> Request:
    if strategy.type == "canary":
        size = {"Type": "CANARY", "CanarySize": _capacity(strategy.canary_percent)}
    elif strategy.type == "linear":
        size = {"Type": "LINEAR", "LinearStepSize": _capacity(strategy.linear_percent)}
    else:
        # One step has no later step to wait for; the termination wait is its watch.
        return {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    return {**size, "WaitIntervalInSeconds": strategy.bake_seconds}


def _capacity(percent: int) -> Request:
    return {"Type": "CAPACITY_PERCENT", "Value": percent}


def _config(plan: ReleasePlan, name: str, instances: int) -> Request:
    fleet = plan.fleet
    request: Request = {
        "EndpointConfigName": name,
        "ProductionVariants": [
            {
                "VariantName": plan.variant_name,
                "ModelName": plan.model_name,
                "InstanceType": fleet.instance_type,
                "InitialInstanceCount": instances,
                "InitialVariantWeight": 1.0,
            }
        ],
        "Tags": tags(plan),
    }
    if not has_local_storage(fleet.instance_type):
        request["KmsKeyId"] = fleet.kms_key_arn
    return request


def _alarm(plan: ReleasePlan, name: str, metric: str, threshold: float, statistic: dict[str, str]) -> Request:
    dimensions = {
        "EndpointName": plan.endpoint_name,
        "VariantName": plan.variant_name,
        "EndpointConfigName": plan.config_name,
    }
    return {
        "AlarmName": name,
        "AlarmDescription": f"Rolls back the {plan.title} ({plan.release_id})",
        "Namespace": "AWS/SageMaker",
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Period": 60,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": threshold,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [plan.topic_arn],
        "Tags": tags(plan),
        **statistic,
    }
