import copy
from typing import Any

import pytest

from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoints.rules import (
    check_alarms_exist,
    check_deployment_config,
    check_same_variants,
    check_scaled_variants,
)

CANARY: dict[str, Any] = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": 300,
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        },
        "TerminationWaitInSeconds": 120,
        "MaximumExecutionTimeoutInSeconds": 600,
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "slow"}]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    config: Any = copy.deepcopy(CANARY)
    *parents, last = path.split(".")
    place = config
    for key in parents:
        place = place.setdefault(key, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return config


def rolling(value: int = 50, kind: str = "CAPACITY_PERCENT", **changes: Any) -> dict[str, Any]:
    policy = {"MaximumBatchSize": {"Type": kind, "Value": value}, "WaitIntervalInSeconds": 60}
    return {"RollingUpdatePolicy": {**policy, **changes}}


ROUTING = "BlueGreenUpdatePolicy.TrafficRoutingConfiguration"


def test_a_canary_of_half_of_two_instances_is_accepted() -> None:
    check_deployment_config(CANARY, {"live": 2})


@pytest.mark.parametrize(
    ("config", "count", "message"),
    [
        (CANARY, 1, "CanarySize needs at least 2 instances in every variant; variant live has 1"),
        (changed(f"{ROUTING}.CanarySize.Value", 51), 2, "CanarySize must be between 1% and 50%"),
        (
            changed(f"{ROUTING}.CanarySize", {"Type": "INSTANCE_COUNT", "Value": 2}),
            3,
            r"2 \(INSTANCE_COUNT\) is 66.6667% of the 3",
        ),
        (changed(f"{ROUTING}.CanarySize", None), 2, "CanarySize is required when the traffic routing type is CANARY"),
        (changed(f"{ROUTING}.Type", "ALL_AT_ONCE"), 2, "CanarySize is not allowed when .* is ALL_AT_ONCE"),
        (changed(f"{ROUTING}.WaitIntervalInSeconds", 3601), 2, "WaitIntervalInSeconds must be between 0 and 3600"),
        (
            changed("BlueGreenUpdatePolicy.TerminationWaitInSeconds", 3601),
            2,
            "TerminationWaitInSeconds must be between 0 and 3600",
        ),
        (
            changed("BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds", 599),
            2,
            "MaximumExecutionTimeoutInSeconds must be between 600 and 28800",
        ),
        (
            changed(f"{ROUTING}.WaitIntervalInSeconds", 480),
            2,
            r"MaximumExecutionTimeoutInSeconds \(600\) must be larger than the total waiting time .*\(600 seconds\)",
        ),
        (changed("AutoRollbackConfiguration.Alarms", []), 2, "between 1 and 10 items, got 0"),
        (
            changed("AutoRollbackConfiguration.Alarms", [{"AlarmName": f"a{i}"} for i in range(11)]),
            2,
            "between 1 and 10 items, got 11",
        ),
        ({**CANARY, "RollingUpdatePolicy": {}}, 2, "Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy"),
    ],
)
def test_a_deployment_config_that_aws_refuses_is_refused(config: Any, count: int, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        check_deployment_config(config, {"live": count})


def test_a_linear_step_below_ten_percent_is_refused() -> None:
    config = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "LINEAR",
                "WaitIntervalInSeconds": 0,
                "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 9},
            }
        }
    }
    with pytest.raises(ValidationError, match="LinearStepSize must be between 10% and 50%"):
        check_deployment_config(config, {"live": 2})


@pytest.mark.parametrize(
    "config",
    [
        rolling(5),
        rolling(1, "INSTANCE_COUNT", WaitIntervalInSeconds=3600),
        rolling(MaximumExecutionTimeoutInSeconds=28800),
        rolling(RollbackMaximumBatchSize={"Type": "CAPACITY_PERCENT", "Value": 100}),
        rolling(RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 2}),
    ],
)
def test_a_rolling_update_within_the_limits_is_accepted(config: Any) -> None:
    check_deployment_config(config, {"live": 2})


@pytest.mark.parametrize(
    ("config", "counts", "message"),
    [
        (rolling(4), {"live": 20}, r"MaximumBatchSize must be between 5% and 50% .* 4 \(CAPACITY_PERCENT\) is 4%"),
        (rolling(51), {"live": 2}, "MaximumBatchSize must be between 5% and 50%"),
        (rolling(2, "INSTANCE_COUNT"), {"live": 3}, r"2 \(INSTANCE_COUNT\) is 66.6667% of the 3"),
        (rolling(), {"live": 1}, "MaximumBatchSize needs at least 2 instances in every variant; variant live has 1"),
        (rolling(), {"b": 2, "a": 2}, "only be used with an endpoint of one variant; this one has a, b"),
        (rolling(WaitIntervalInSeconds=3601), {"live": 2}, "WaitIntervalInSeconds must be between 0 and 3600"),
        (
            rolling(MaximumExecutionTimeoutInSeconds=599),
            {"live": 2},
            "MaximumExecutionTimeoutInSeconds must be between 600 and 28800",
        ),
        (
            rolling(RollbackMaximumBatchSize={"Type": "CAPACITY_PERCENT", "Value": 101}),
            {"live": 2},
            "RollbackMaximumBatchSize must be between 1% and 100%",
        ),
        (
            rolling(RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 3}),
            {"live": 2},
            r"3 \(INSTANCE_COUNT\) is 150% of the 2",
        ),
    ],
)
def test_a_rolling_update_that_aws_refuses_is_refused(config: Any, counts: dict[str, int], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        check_deployment_config(config, counts)


def test_a_rolling_update_of_an_endpoint_with_a_shadow_is_refused() -> None:
    with pytest.raises(ValidationError, match="an endpoint of one variant; this one has live, tried"):
        check_deployment_config(rolling(), {"live": 2}, {"tried"})


def test_an_alarm_that_does_not_exist_is_named() -> None:
    check_alarms_exist(["slow"], {"slow": "OK"})
    with pytest.raises(ValidationError, match=r"Could not find CloudWatch alarm.*\['gone'\]"):
        check_alarms_exist(["slow", "gone"], {"slow": "OK"})


def test_variants_of_another_name_are_refused() -> None:
    check_same_variants(["live"], ["live"], "CANARY")
    with pytest.raises(
        ValidationError, match=r"RetainAllVariantProperties requires .* current \['live'\], new \['x'\]"
    ):
        check_same_variants(["live"], ["x"], "RetainAllVariantProperties")


def test_a_scaled_variant_keeps_its_instance_type() -> None:
    check_scaled_variants({"live": "ml.m5.large"}, {"live": "ml.m5.xlarge"}, [])
    check_scaled_variants({"live": "ml.m5.large"}, {"live": "ml.m5.large"}, ["live"])
    with pytest.raises(ValidationError, match="must be deregistered as scalable targets"):
        check_scaled_variants({"live": "ml.m5.large"}, {"live": "ml.m5.xlarge"}, ["live"])
