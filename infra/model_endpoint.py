"""One model in production. Owns the endpoint, its first day, its scaling, its alarms and its log group.

Leaves to releases: which configuration is live, and with it model, instance type and count. The endpoint therefore
ignores its configuration: another changed property would otherwise send the one of the first day back to production.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming
from infra.baseline_model import BaselineModel, BaselineModelArgs
from infra.endpoint_alarms import EndpointAlarms, EndpointAlarmsArgs
from infra.night_floor import NightFloor, NightFloorArgs

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """How far and on what the endpoint scales."""

    minimum_instances: int
    maximum_instances: int
    invocations_per_instance_per_minute: int
    """What target tracking aims at."""
    night: NightFloorArgs | None = None
    """None keeps one minimum around the clock."""

    def __post_init__(self) -> None:
        if self.minimum_instances > self.maximum_instances:
            raise ValueError(
                f"minimum_instances is {self.minimum_instances}, above maximum_instances {self.maximum_instances}."
            )


@dataclass(frozen=True, kw_only=True)
class ModelEndpointArgs:
    """What a `ModelEndpoint` needs."""

    endpoint_name: str
    """Typed by people and programs: from `infra.naming`."""
    baseline: BaselineModelArgs
    scaling: ScalingArgs
    alarms: EndpointAlarmsArgs
    log_days: int
    key_arn: pulumi.Input[str]
    after: Sequence[pulumi.Resource]
    """What containers need before they start: the serving role's policy, and the ways out of the network."""
    protect: bool


class ModelEndpoint(pulumi.ComponentResource):
    """A SageMaker endpoint that starts on a baseline and is released to from then on."""

    name: pulumi.Output[str]
    alarms: EndpointAlarms

    def __init__(self, name: str, args: ModelEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:ModelEndpoint", name, None, opts)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=naming.endpoint_log_group(args.endpoint_name),
            retention_in_days=args.log_days,
            kms_key_id=args.key_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        baseline = BaselineModel(f"{name}-baseline", args.baseline, pulumi.ResourceOptions(parent=self))
        endpoint = aws.sagemaker.Endpoint(
            f"{name}-endpoint",
            name=args.endpoint_name,
            endpoint_config_name=baseline.endpoint_config_name,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=[logs, *args.after],
                # Tags too: any update of the endpoint may carry its first configuration along.
                ignore_changes=["endpoint_config_name", "deployment_config", "tags", "tags_all"],
            ),
        )
        self._scale(name, endpoint, args.scaling)
        self.alarms = EndpointAlarms(f"{name}-alarms", args.alarms, pulumi.ResourceOptions(parent=self))
        self.name = endpoint.name
        self.register_outputs({"name": self.name})

    def _scale(self, name: str, endpoint: aws.sagemaker.Endpoint, args: ScalingArgs) -> None:
        target = aws.appautoscaling.Target(
            f"{name}-scaling",
            service_namespace="sagemaker",
            resource_id=pulumi.Output.concat("endpoint/", endpoint.name, f"/variant/{naming.VARIANT}"),
            scalable_dimension=DIMENSION,
            min_capacity=args.minimum_instances,
            max_capacity=args.maximum_instances,
            # By the hour it is the scheduled actions that set the minimum: it is no drift.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["min_capacity"] if args.night else None),
        )
        if args.night:
            NightFloor(f"{name}-floor", args.night, target, pulumi.ResourceOptions(parent=self))
        metric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
            predefined_metric_type="SageMakerVariantInvocationsPerInstance"
        )
        aws.appautoscaling.Policy(
            f"{name}-scaling-policy",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            target_tracking_scaling_policy_configuration=(
                aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                    predefined_metric_specification=metric,
                    target_value=args.invocations_per_instance_per_minute,
                    scale_in_cooldown=300,
                    scale_out_cooldown=60,
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
