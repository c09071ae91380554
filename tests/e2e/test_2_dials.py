"""After a release, no dial of the stack file brings the day-0 config back or changes the number of instances."""

import copy
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import yaml
from pulumi import automation

from stacks.program import run
from trainyard.local.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

IDENTITIES = {"account", "region", "services.0.name"}
"""Not dials: they say which environment and which service this is; another value means another one."""

CHANGES: dict[str, Any] = {
    "approved_instance_types": ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge"],
    "network.cidr": "10.40.0.0/16",
    "network.zones": ["a", "b", "c"],
    "retention.noncurrent_version_days": 8,
    "retention.capture_days": 15,
    "retention.access_log_days": 31,
    "retention.container_log_days": 30,
    "retention.untagged_image_days": 8,
    "retention.key_deletion_days": 8,
    "people.approvers": ["arn:aws:iam::111111111111:role/approver"],
    "people.releasers": ["arn:aws:iam::111111111111:role/releaser"],
    "images.lent_to": ["000000000002"],
    "images.borrowed_from": ["000000000003"],
    "permissions_boundary": "another-boundary",
    "functions.reserved_concurrency": 1,
    "tracking.uri": "https://mlflow.example.com",
    "tracking.endpoint_service": "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
    "tracking.managed.enabled": True,
    "tracking.managed.weekly_maintenance": "Sat:12:00",
    "notifications.emails": ["oncall@example.com"],
    "services.0.owners": ["recommendations", "search"],
    "services.0.approvals_required": 2,
    "services.0.release_on_approval": True,
    "services.0.source.type": "database",
    "services.0.source.table": "shop.lines",
    "services.0.source.key": "number",
    "services.0.source.port": 5433,
    "services.0.source.peering_connection": "pcx-0123456789abcdef0",
    "services.0.source.managed.enabled": True,
    "services.0.source.managed.instance_class": "db.t4g.small",
    "services.0.source.managed.storage_gib": 21,
    "services.0.source.managed.backup_days": 8,
    "services.0.retraining.schedule.expression": "rate(12 hours)",
    "services.0.retraining.schedule.enabled": False,
    "services.0.retraining.new_data.enabled": True,
    "services.0.training.instance_type": "ml.m5.2xlarge",
    "services.0.training.fallback_instance_types": ["ml.m5.large"],
    "services.0.training.instance_count": 2,
    "services.0.training.volume_gib": 31,
    "services.0.training.spot": True,
    "services.0.training.timeout_seconds": 3601,
    "services.0.training.processing_instance_type": "ml.m5.2xlarge",
    "services.0.strategy.type": "all_at_once",
    "services.0.serving.night.timezone": "Europe/Lisbon",
    "services.0.serving.night.begins_hour": 21,
    "services.0.serving.night.ends_hour": 7,
    "services.0.serving.night.minimum_instances": 1,
    "services.0.serving.night.enabled": False,
    "services.0.serving.maximum_instances": 5,
    "services.0.serving.instance_count": 3,
    "services.0.serving.minimum_instances": 1,
    "services.0.serving.instance_type": "ml.m5.xlarge",
    "services.0.serving.invocations_per_instance_per_minute": 900,
    "services.0.serving.capture_percent": 50,
    "services.0.serving.environment": {"LOG_LEVEL": "debug"},
    "services.0.features.engine": "spark",
    "services.0.online_store.enabled": True,
    "services.0.online_store.feature_schemas": [2, 3],
    "services.0.strategy.canary_percent": 40,
    "services.0.strategy.linear_percent": 40,
    "services.0.strategy.rolling_percent": 40,
    "services.0.strategy.rolling_back_percent": 40,
    "services.0.strategy.bake_seconds": 60,
    "services.0.strategy.timeout_seconds": 1900,
    "services.0.thresholds.latency_p99_ms": 600,
    "services.0.thresholds.errors_5xx_percent": 2,
    "services.0.thresholds.errors_4xx_percent": 21,
    "services.0.endpoint_thresholds.latency_p99_ms": 1100,
    "services.0.endpoint_thresholds.errors_5xx_percent": 6,
    "services.0.endpoint_thresholds.errors_4xx_percent": 51,
    "services.0.validation.maximum_quarantined_percent": 2,
    "services.0.validation.maximum_percent_by_reason": {"price_jump": 0.5},
    "services.0.validation.maximum_age_days": 3000,
    "services.0.validation.volume_tolerance": 5,
    "services.0.validation.history_tolerance_percent": 10,
    "services.0.gate.minimum_ratio": 1.02,
    "services.0.gate.confidence": 0.7,
    "services.0.gate.minimum_slice_customers": 31,
    "services.0.gate.maximum_slice_loss": 0.2,
    "services.0.gate.minimum_map_at_10": 0.06,
    "services.0.gate.minimum_coverage": 0.03,
    "services.0.gate.maximum_latency_ms": 60,
    "services.0.baseline.products": [{"stock_code": "10002", "name": "INFLATABLE POLITICAL GLOBE"}] * 10,
    "deletion_protection": True,
}
"""Each dial with another legal value, in the order in which they are changed; changes add up."""

TOGETHER: dict[str, dict[str, Any]] = {
    "tracking.managed.enabled": {"tracking.uri": ""},
    "services.0.source.type": {"services.0.source.cidr": "10.200.3.0/28"},
    "services.0.source.managed.enabled": {"services.0.source.cidr": "", "services.0.source.peering_connection": ""},
}
"""Dials that are legal only with others: these change in the same step."""

ONLY_ON_THE_FIRST_DAY = ["services.0.baseline.products"]
"""What the endpoint starts on: once it is there, Pulumi never touches its first model again (docs/adr/0001)."""

ONLY_CHECKED = ["approved_instance_types"]
"""What a setting or a resource may be: it refuses some, and makes none."""

PREFIX = "trainyard:"


def leaves(tree: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every dial: lists of plain values and free mappings are one dial each."""
    if isinstance(tree, dict) and tree and not path.endswith(("environment",)):
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key).removeprefix(PREFIX))
    elif path == "services":
        for index, value in enumerate(tree):
            yield from leaves(value, f"{path}.{index}")
    else:
        yield path


def changed(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the configuration with one dial changed."""
    result = copy.deepcopy(config)
    first, *rest = path.split(".")
    keys: list[Any] = [PREFIX + first, *(int(part) if part.isdigit() else part for part in rest)]
    node: Any = result
    for key in keys[:-1]:
        node = node[key]
    node[keys[-1]] = value
    return result


def test_every_dial_of_the_stack_file_is_in_the_table(house):
    content = yaml.safe_load((house.path / "Pulumi.dev.yaml").read_text())
    turned = set(CHANGES).union(*TOGETHER.values())
    assert set(leaves(content["config"])) - IDENTITIES == turned


def test_no_dial_touches_what_a_release_put_live(house, monkeypatch: pytest.MonkeyPatch):
    target = house.target()
    for key, value in target.items():
        monkeypatch.setenv(key, value)
    sagemaker = boto3.client("sagemaker", region_name=target["AWS_REGION"])

    def live() -> tuple[str, str, int]:
        endpoint = sagemaker.describe_endpoint(EndpointName="recommender-dev")
        variant = endpoint["ProductionVariants"][0]
        return endpoint["EndpointStatus"], endpoint["EndpointConfigName"], variant["CurrentInstanceCount"]

    def scale(**how: Any) -> None:
        boto3.client("application-autoscaling", region_name=target["AWS_REGION"]).register_scalable_target(
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/recommender-dev/variant/live",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            **how,
        )

    # Scaling itself may follow a lower minimum; what is asked here is what `pulumi up` does to the count.
    scale(SuspendedState={"DynamicScalingInSuspended": True})

    # The real engine and the real program, which lives in this process: eighty starts of it would take half an hour.
    workspace = Workspace(house.path)
    options = automation.LocalWorkspaceOptions(work_dir=str(workspace.stack_files))
    stack = automation.select_stack("dev", project_name="trainyard", program=run, opts=options)
    file = house.path / "Pulumi.dev.yaml"
    committed = file.read_text()
    content = yaml.safe_load(committed)
    before = live()
    assert before[0] == "InService"
    assert "baseline" not in before[1]
    moved: dict[str, Any] = {}
    unchanged: list[str] = []
    try:
        for path, value in CHANGES.items():
            for each, new in {path: value, **TOGETHER.get(path, {})}.items():
                content["config"] = changed(content["config"], each, new)
            file.write_text(yaml.safe_dump(content, sort_keys=False))
            workspace.refresh()
            for refresh in (False, True):
                done = stack.up(refresh=refresh)
                if not refresh and set(done.summary.resource_changes or {}) == {"same"}:
                    unchanged.append(path)
                if live() != before:
                    moved[f"{path} with refresh={refresh}"] = live()
    finally:
        # As a person would: what is protected (a database, its secret) is let go first, and removed then.
        content["config"] = changed(content["config"], "deletion_protection", False)
        for way_back in (yaml.safe_dump(content, sort_keys=False), committed):
            file.write_text(way_back)
            workspace.refresh()
            stack.up()
        # Where there is a night, the minimum is said again at the next full hour: nobody waits for that here.
        dials = yaml.safe_load(committed)["config"][f"{PREFIX}services"][0]["serving"]
        scale(MinCapacity=dials["minimum_instances"], SuspendedState={"DynamicScalingInSuspended": False})
        stack.refresh()
    assert moved == {}
    assert live() == before
    assert sorted(unchanged) == sorted(ONLY_ON_THE_FIRST_DAY + ONLY_CHECKED), (
        "any other dial must change something that somebody reads"
    )
