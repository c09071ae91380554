"""What AWS refuses in a deployment configuration and an endpoint update, as pure checks.

The limits are those of AWS's API reference (BlueGreenUpdatePolicy, TrafficRoutingConfig, RollingUpdatePolicy,
CapacitySize, AutoRollbackConfig) and its guide to deployment guardrails; botocore checks none of the maxima or shares.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoints.plans import plan_deployment

_MAXIMUM_WAIT_SECONDS = 3600
_TIMEOUT_SECONDS = (600, 28800)
_ALARMS = (1, 10)
_CANARY_PERCENT = (1, 50)
_LINEAR_PERCENT = (10, 50)
_BATCH_PERCENT = (5, 50)
_ROLLBACK_PERCENT = (1, 100)
_SIZE_FIELDS = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


def check_deployment_config(
    config: Mapping[str, Any], counts: Mapping[str, int], shadows: Collection[str] = ()
) -> None:
    """Check a `DeploymentConfig`.

    Args:
        config: the DeploymentConfig; empty for none.
        counts: instances by production variant of the new endpoint configuration.
        shadows: names of shadow variants of the endpoint, before the update or after it.

    Raises:
        ValidationError: AWS would refuse it.
    """
    if "RollingUpdatePolicy" in config and "BlueGreenUpdatePolicy" in config:
        raise ValidationError("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified.")
    if "AutoRollbackConfiguration" in config:
        _check_alarm_list(config["AutoRollbackConfiguration"].get("Alarms", ()))
    if "BlueGreenUpdatePolicy" in config:
        _check_blue_green(config["BlueGreenUpdatePolicy"], counts)
        _check_total_wait(config, counts)
    if "RollingUpdatePolicy" in config:
        _check_rolling(config["RollingUpdatePolicy"], counts, shadows)


def check_alarms_exist(names: Sequence[str], existing: Collection[str]) -> None:
    """Check that every alarm of a deployment exists."""
    missing = [name for name in names if name not in existing]
    if missing:
        raise ValidationError(f"Could not find CloudWatch alarm(s) specified in AutoRollbackConfiguration: {missing}.")


def check_same_variants(old: Collection[str], new: Collection[str], because: str) -> None:
    """Check that two endpoint configurations have the same variants, which `because` (a parameter) requires."""
    if set(old) != set(new):
        raise ValidationError(
            f"{because} requires the new endpoint configuration to have the variant names of the current one: "
            f"current {sorted(old)}, new {sorted(new)}."
        )


def check_scaled_variants(old: Mapping[str, str], new: Mapping[str, str], registered: Collection[str]) -> None:
    """Check that no variant registered with Application Auto Scaling goes away or changes its instance type.

    Args:
        old: instance type by variant name, of the current configuration.
        new: the same of the new configuration.
        registered: names of the variants that are scalable targets.
    """
    changed = sorted(name for name in registered if name in old and new.get(name) != old[name])
    if changed:
        raise ValidationError(
            f'The variant(s) "{changed}" must be deregistered as scalable targets with AWS Auto Scaling before they '
            "can be removed or have their instance type updated."
        )


def _check_alarm_list(alarms: Sequence[Mapping[str, str]]) -> None:
    low, high = _ALARMS
    if not low <= len(alarms) <= high:
        raise ValidationError(
            "1 validation error detected: Value at 'deploymentConfig.autoRollbackConfiguration.alarms' failed to "
            f"satisfy constraint: Member must have between {low} and {high} items, got {len(alarms)}."
        )


def _check_blue_green(policy: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    routing = policy["TrafficRoutingConfiguration"]
    kind = routing["Type"]
    _check_range("WaitIntervalInSeconds", routing["WaitIntervalInSeconds"], 0, _MAXIMUM_WAIT_SECONDS)
    _check_range("TerminationWaitInSeconds", policy.get("TerminationWaitInSeconds", 0), 0, _MAXIMUM_WAIT_SECONDS)
    if "MaximumExecutionTimeoutInSeconds" in policy:
        _check_range("MaximumExecutionTimeoutInSeconds", policy["MaximumExecutionTimeoutInSeconds"], *_TIMEOUT_SECONDS)
    for other, field in _SIZE_FIELDS.items():
        if (field in routing) != (other == kind):
            verb = "is required" if other == kind else "is not allowed"
            raise ValidationError(f"{field} {verb} when the traffic routing type is {kind}.")
    if kind == "CANARY":
        _check_size("CanarySize", routing["CanarySize"], counts, _CANARY_PERCENT)
    if kind == "LINEAR":
        _check_size("LinearStepSize", routing["LinearStepSize"], counts, _LINEAR_PERCENT)


def _check_rolling(policy: Mapping[str, Any], counts: Mapping[str, int], shadows: Collection[str]) -> None:
    variants = {*counts, *shadows}
    if len(variants) != 1:
        raise ValidationError(
            "RollingUpdatePolicy can only be used with an endpoint of one variant; this one has "
            f"{', '.join(sorted(variants))}. Use BlueGreenUpdatePolicy."
        )
    _check_range("WaitIntervalInSeconds", policy["WaitIntervalInSeconds"], 0, _MAXIMUM_WAIT_SECONDS)
    if "MaximumExecutionTimeoutInSeconds" in policy:
        _check_range("MaximumExecutionTimeoutInSeconds", policy["MaximumExecutionTimeoutInSeconds"], *_TIMEOUT_SECONDS)
    _check_size("MaximumBatchSize", policy["MaximumBatchSize"], counts, _BATCH_PERCENT)
    if "RollbackMaximumBatchSize" in policy:
        _check_size("RollbackMaximumBatchSize", policy["RollbackMaximumBatchSize"], counts, _ROLLBACK_PERCENT)


def _check_size(field: str, size: Mapping[str, Any], counts: Mapping[str, int], percent: tuple[int, int]) -> None:
    low, high = percent
    value = int(size["Value"])
    for variant, count in counts.items():
        if count < 2:
            raise ValidationError(
                f"{field} needs at least 2 instances in every variant; variant {variant} has {count}. "
                "Use ALL_AT_ONCE traffic routing."
            )
        share = value if size["Type"] == "CAPACITY_PERCENT" else 100 * value / count
        if not low <= share <= high:
            raise ValidationError(
                f"{field} must be between {low}% and {high}% of the variant's total instance count; "
                f"{value} ({size['Type']}) is {share:g}% of the {count} instance(s) of variant {variant}."
            )


def _check_total_wait(config: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    plan = plan_deployment(config, counts)
    total = sum(stage.bake_seconds for stage in plan.stages)
    if "MaximumExecutionTimeoutInSeconds" in config["BlueGreenUpdatePolicy"] and total >= plan.timeout_seconds:
        raise ValidationError(
            f"MaximumExecutionTimeoutInSeconds ({plan.timeout_seconds:g}) must be larger than the total waiting time "
            f"of the deployment ({total:g} seconds)."
        )


def _check_range(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValidationError(f"{field} must be between {low} and {high} seconds, got {value}.")
