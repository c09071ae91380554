"""The shadow's plan as requests to AWS. Pure."""

from typing import Any

from trainyard.release.request import deployment_config, model_of
from trainyard.shadow.plan import VARIANT, ShadowPlan

Request = dict[str, Any]

SHADOW_OF = "shadow-of"
"""Tag of an endpoint config: the config that is live, and that the endpoint goes back to."""

COPIED = (
    "ProductionVariants",
    "DataCaptureConfig",
    "KmsKeyId",
    "AsyncInferenceConfig",
    "ExplainerConfig",
    "ExecutionRoleArn",
    "VpcConfig",
    "EnableNetworkIsolation",
    "MetricsConfig",
)
"""What DescribeEndpointConfig tells and CreateEndpointConfig takes (SageMaker's API reference)."""


def model(plan: ShadowPlan) -> Request:
    """Return the request of CreateModel."""
    return model_of(plan.model_name, plan.version, plan.container, plan.fleet, _tags(plan))


def config(plan: ShadowPlan) -> Request:
    """Return the request of CreateEndpointConfig: what is live, and the shadow.

    The shadow's weight against production's is the share that is copied (SageMaker AI guide, "Shadow variants").
    """
    shadow = {
        "VariantName": VARIANT,
        "ModelName": plan.model_name,
        "InstanceType": plan.instance_type,
        "InitialInstanceCount": plan.instances,
        "InitialVariantWeight": plan.production_weight * plan.percent / 100,
    }
    tags = [*_tags(plan), {"Key": SHADOW_OF, "Value": plan.live_config_name}]
    name = {"EndpointConfigName": plan.config_name}
    return {**plan.live_config, **name, "ShadowProductionVariants": [shadow], "Tags": tags}


def switch(plan: ShadowPlan) -> Request:
    """Return the request of UpdateEndpoint to the config with the shadow; count, weight and capture stay."""
    deployment = deployment_config(plan.strategy.model_copy(update={"type": "all_at_once"}))
    if plan.endpoint_alarms:
        deployment["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in plan.endpoint_alarms]}
    return _update(plan, plan.config_name, deployment)


def switch_back(plan: ShadowPlan) -> Request:
    """Return the request of UpdateEndpoint to what was live; no alarm may keep the shadow, so none is watched."""
    strategy = plan.strategy.model_copy(update={"type": "all_at_once", "bake_seconds": 0})
    return _update(plan, plan.live_config_name, deployment_config(strategy))


def _update(plan: ShadowPlan, config_name: str, deployment: Request) -> Request:
    return {
        "EndpointName": plan.endpoint_name,
        "EndpointConfigName": config_name,
        "RetainAllVariantProperties": True,
        "DeploymentConfig": deployment,
    }


def _tags(plan: ShadowPlan) -> list[dict[str, str]]:
    values = {"managed-by": "trainyard-release", "environment": plan.environment, "service": plan.service}
    return [{"Key": key, "Value": value} for key, value in values.items()]
