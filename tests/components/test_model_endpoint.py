import json
import tarfile
from pathlib import Path

import pulumi
import pytest

from infra.baseline_model import BaselineModelArgs
from infra.endpoint_alarms import EndpointAlarmsArgs
from infra.model_endpoint import ModelEndpoint, ModelEndpointArgs, ScalingArgs
from infra.night_floor import NightFloorArgs
from tests.harness import Deployment, deploy

KEY = "arn:aws:kms:eu-west-1:111111111111:key/k"


class Ready(pulumi.ComponentResource):
    """Something that must be there before the endpoint."""

    def __init__(self) -> None:
        super().__init__("test:index:Ready", "ready")


NIGHT = NightFloorArgs(timezone="Europe/London", begins_hour=22, ends_hour=6, night_minimum=1, day_minimum=2)


def deployed(
    *,
    protect: bool = True,
    capture_percent: int = 20,
    name: str = "Best seller",
    night: NightFloorArgs | None = None,
) -> Deployment:
    baseline = BaselineModelArgs(
        service="recommender",
        products=[{"stock_code": "85123A", "name": name}],
        image="141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
        artifacts_bucket="artifacts",
        capture_bucket="capture",
        key_arn=KEY,
        volume_key_arn=KEY,
        role_arn="arn:aws:iam::111111111111:role/serving",
        subnet_ids=["subnet-a"],
        security_group_id="sg",
        instance_type="ml.m5.large",
        instance_count=2,
        capture_percent=capture_percent,
    )
    alarms = EndpointAlarmsArgs(
        endpoint_name="recommender-dev",
        latency_p99_ms=250,
        errors_5xx_percent=1,
        errors_4xx_percent=20,
        topic_arn="topic",
    )
    scaling = ScalingArgs(
        minimum_instances=2, maximum_instances=4, invocations_per_instance_per_minute=1000, night=night
    )
    return deploy(
        lambda: ModelEndpoint(
            "recommender",
            ModelEndpointArgs(
                endpoint_name="recommender-dev",
                baseline=baseline,
                scaling=scaling,
                alarms=alarms,
                log_days=14,
                key_arn=KEY,
                after=[Ready()],
                protect=protect,
            ),
        )
    )


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_endpoint_leaves_what_is_live_to_releases() -> None:
    endpoint = deployed().one("Endpoint")
    assert {"endpointConfigName", "deploymentConfig", "tags"} <= set(endpoint.ignore_changes)
    assert "deploymentConfig" not in endpoint.inputs
    assert endpoint.inputs["name"] == "recommender-dev"


@pytest.mark.parametrize(
    "name", ["recommender-baseline-model", "recommender-baseline-config", "recommender-baseline-archive"]
)
def test_the_first_day_is_never_changed_and_never_deleted(name: str) -> None:
    bootstrap = deployed().named(name)
    assert bootstrap.ignore_changes == ("*",)
    assert bootstrap.retain_on_delete
    assert "name" not in bootstrap.inputs  # a fixed one would collide with what was retained


def test_nothing_else_is_retained() -> None:
    retained = {each.name for each in deployed().resources if each.retain_on_delete}
    assert retained == {f"recommender-baseline-{part}" for part in ("model", "config", "archive")}


def test_the_endpoint_waits_for_its_log_group_and_for_what_containers_need() -> None:
    assert {"recommender-logs", "recommender-baseline-config"} <= set(deployed().one("Endpoint").dependencies)


@pytest.mark.parametrize("protect", [True, False])
def test_the_endpoint_is_protected_where_asked(protect: bool) -> None:
    assert deployed(protect=protect).one("Endpoint").protect is protect


def test_the_first_day_runs_awss_image_on_the_archive_in_private_subnets() -> None:
    deployment = deployed()
    model = deployment.one("Model").inputs
    archive = deployment.one("BucketObjectv2").inputs
    assert model["primaryContainer"]["image"].startswith("141502667606.dkr.ecr.eu-west-1.amazonaws.com/")
    assert model["primaryContainer"]["modelDataUrl"] == f"s3://artifacts/{archive['key']}"
    assert model["primaryContainer"]["environment"] == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }
    assert model["vpcConfig"] == {"subnets": ["subnet-a"], "securityGroupIds": ["sg"]}


def test_the_archives_key_follows_its_content() -> None:
    def key(name: str) -> str:
        return deployed(name=name).one("BucketObjectv2").inputs["key"]

    assert key("Best seller") == key("Best seller")
    assert key("Best seller") != key("Second best")


def test_the_live_variant_is_called_as_releases_expect() -> None:
    (variant,) = deployed().one("EndpointConfiguration").inputs["productionVariants"]
    assert variant == {
        "variantName": "live",
        "modelName": "recommender-baseline-model-1234567",
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 2,
        "initialVariantWeight": 1,
    }


@pytest.mark.parametrize(("percent", "enabled"), [(20, True), (0, False)])
def test_capture_is_encrypted_and_off_at_zero_percent(percent: int, enabled: bool) -> None:
    capture = deployed(capture_percent=percent).one("EndpointConfiguration").inputs["dataCaptureConfig"]
    assert capture["enableCapture"] is enabled
    assert capture["initialSamplingPercentage"] == percent
    assert capture["kmsKeyId"] == KEY
    assert capture["destinationS3Uri"] == "s3://capture/recommender"


def test_scaling_keeps_between_the_dials_and_waits_for_the_endpoint() -> None:
    deployment = deployed()
    target = deployment.one("Target")
    assert target.inputs["resourceId"] == "endpoint/recommender-dev/variant/live"
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (2, 4)
    assert "recommender-endpoint" in target.dependencies
    policy = deployment.one("appautoscaling/policy:Policy").inputs
    tracking = policy["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 1000
    assert tracking["predefinedMetricSpecification"] == {
        "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }


def test_at_night_the_minimum_is_the_schedules_and_the_maximum_stays_the_targets() -> None:
    deployment = deployed(night=NIGHT)
    assert deployment.one("Target").ignore_changes == ("minCapacity",)
    night, day = (deployment.named(f"recommender-floor-{when}").inputs for when in ("night", "day"))
    assert night["scalableTargetAction"] == {"minCapacity": 1}
    assert day["scalableTargetAction"] == {"minCapacity": 2}
    for action in (night, day):
        assert action["resourceId"] == "endpoint/recommender-dev/variant/live"
        assert action["timezone"] == "Europe/London"


def test_without_a_night_the_minimum_is_the_targets() -> None:
    deployment = deployed()
    assert deployment.one("Target").ignore_changes == ()
    assert deployment.of_type("ScheduledAction") == []


def test_scaling_bounds_that_cross_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="minimum_instances is 5, above maximum_instances 4"):
        ScalingArgs(minimum_instances=5, maximum_instances=4, invocations_per_instance_per_minute=1)


def test_the_latency_alarm_watches_this_endpoint_in_microseconds() -> None:
    alarm = deployed().named("recommender-alarms-latency").inputs
    assert alarm["dimensions"] == {"EndpointName": "recommender-dev", "VariantName": "live"}
    assert (alarm["metricName"], alarm["extendedStatistic"], alarm["unit"]) == ("ModelLatency", "p99", "Microseconds")
    assert alarm["threshold"] == 250_000


@pytest.mark.parametrize(
    ("kind", "metric", "threshold"), [("5xx", "Invocation5XXErrors", 1), ("4xx", "Invocation4XXErrors", 20)]
)
def test_error_alarms_watch_the_share_of_this_endpoints_requests(kind: str, metric: str, threshold: float) -> None:
    alarm = deployed().named(f"recommender-alarms-{kind}").inputs
    errors, invocations, share = alarm["metricQueries"]
    for query, name in ((errors, metric), (invocations, "Invocations")):
        assert query["metric"]["metricName"] == name
        assert query["metric"]["dimensions"] == {"EndpointName": "recommender-dev", "VariantName": "live"}
        assert (query["metric"]["stat"], query["metric"]["period"], query["returnData"]) == ("Sum", 60, False)
    assert share["returnData"] is True
    assert share["expression"] == "100 * FILL(errors, 0) / IF(invocations > 0, invocations, 1)"
    assert alarm["threshold"] == threshold


def test_alarms_tell_people_and_are_silent_without_requests() -> None:
    for alarm in deployed().of_type("MetricAlarm"):
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == ["topic"]
        assert alarm.inputs["treatMissingData"] == "notBreaching"


def test_container_logs_are_encrypted_and_go() -> None:
    logs = deployed().one("LogGroup").inputs
    assert logs == {
        "name": "/aws/sagemaker/Endpoints/recommender-dev",
        "retentionInDays": 14,
        "kmsKeyId": KEY,
    }


def test_products_travel_in_the_archive() -> None:
    source = deployed(name="Best seller").one("BucketObjectv2").inputs["source"]
    with tarfile.open(source.path, "r:gz") as tar:
        member = tar.extractfile("products.json")
        assert member is not None
        assert json.load(member) == {"products": [{"stock_code": "85123A", "name": "Best seller"}]}
