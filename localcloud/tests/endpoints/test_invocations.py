import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from localcloud.sagemaker.endpoints.capture import Exchange, Payload, capture_line
from localcloud.sagemaker.endpoints.hosting import hosting
from localcloud.sagemaker.endpoints.invocation_metrics import Invocation, InvocationMetrics
from localcloud.scope import Scope
from localcloud.testing import running_cloud

from .conftest import Shop

SCOPE = Scope("000000000001", "eu-west-1")


class Sink:
    def __init__(self) -> None:
        self.series: list[tuple[str, str, dict[str, str], list[float]]] = []

    def publish(self, scope: Scope, *, namespace: str, name: str, unit: str, dimensions: Any, values: Any) -> None:
        assert (scope, namespace) == (SCOPE, "AWS/SageMaker")
        self.series.append((name, unit, dict(dimensions), list(values)))


def invocation(status: int) -> Invocation:
    return Invocation(
        scope=SCOPE,
        endpoint="shop",
        variant="live",
        config_name="v1",
        instances=2,
        status=status,
        model_microseconds=5000,
        overhead_microseconds=300,
    )


def test_each_metric_is_published_for_the_variant_and_for_the_configuration() -> None:
    sink = Sink()
    metrics = InvocationMetrics(SimpleNamespace(metrics=sink))  # pyright: ignore[reportArgumentType]
    for status in (200, 404, 500):
        metrics.record(invocation(status))
    metrics.flush()
    variant = {"EndpointName": "shop", "VariantName": "live"}
    fleet = {**variant, "EndpointConfigName": "v1"}
    for dimensions in (variant, fleet):
        found = {name: (unit, values) for name, unit, where, values in sink.series if where == dimensions}
        assert found["Invocations"] == ("Count", [1, 1, 1])
        assert found["Invocation4XXErrors"] == ("Count", [0, 1, 0])
        assert found["Invocation5XXErrors"] == ("Count", [0, 0, 1])
        assert found["ModelLatency"] == ("Microseconds", [5000, 5000, 5000])
        assert found["OverheadLatency"] == ("Microseconds", [300, 300, 300])
    per_instance = [(where, values) for name, _, where, values in sink.series if name == "InvocationsPerInstance"]
    assert per_instance == [(variant, [0.5, 0.5, 0.5])]
    sink.series.clear()
    metrics.flush()
    assert sink.series == []


def exchange(**changes: Any) -> Exchange:
    given: dict[str, Any] = {
        "scope": SCOPE,
        "endpoint": "shop",
        "variant": "live",
        "request": Payload(content_type="application/json; charset=utf-8", data=b'{"a": 1}'),
        "response": Payload(content_type="text/csv", data=b"1,2"),
        "inference_id": "order-7",
        "custom_attributes": None,
        "at": datetime(2026, 11, 3, 9, 5, 7, tzinfo=UTC),
    }
    return Exchange(**{**given, **changes})


def settings(**changes: Any) -> dict[str, Any]:
    return {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://captured/shop/",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        **changes,
    }


def test_a_captured_line_has_the_layout_of_aws() -> None:
    line = capture_line(settings(), exchange())
    assert line["captureData"]["endpointInput"] == {
        "observedContentType": "application/json; charset=utf-8",
        "mode": "INPUT",
        "data": '{"a": 1}',
        "encoding": "JSON",
    }
    assert line["captureData"]["endpointOutput"]["encoding"] == "BASE64", "a type that is not listed is not text"
    assert line["captureData"]["endpointOutput"]["data"] == "MSwy"
    assert line["eventMetadata"]["inferenceId"] == "order-7"
    assert line["eventMetadata"]["inferenceTime"] == "2026-11-03T09:05:07Z"
    assert line["eventVersion"] == "0"


def test_only_the_sides_asked_for_are_captured() -> None:
    line = capture_line(settings(CaptureOptions=[{"CaptureMode": "Output"}]), exchange())
    assert list(line["captureData"]) == ["endpointOutput"]


def test_captured_data_metrics_and_logs_arrive(shop: Shop) -> None:
    shop.aws.client("s3").create_bucket(
        Bucket="captured", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    shop.model("first")
    shop.endpoint(shop.config("first", capture={**settings(), "EnableCapture": True}))
    assert shop.describe()["DataCaptureConfig"]["CaptureStatus"] == "Started"
    for number in range(3):
        shop.ask(InferenceId=f"order-{number}")
    hosting(shop.aws.cloud).deliver()
    objects = shop.aws.client("s3").list_objects_v2(Bucket="captured")["Contents"]
    lines: list[Any] = []
    for entry in objects:
        assert entry["Key"].startswith(f"shop/shop/live/{datetime.now(UTC):%Y/%m/%d/}")
        body = shop.aws.client("s3").get_object(Bucket="captured", Key=entry["Key"])["Body"].read()
        lines += [json.loads(line) for line in body.splitlines()]
    assert Counter(line["eventMetadata"]["inferenceId"] for line in lines) == Counter(["order-0", "order-1", "order-2"])
    logs = shop.aws.client("logs")
    (stream,) = logs.describe_log_streams(logGroupName="/aws/sagemaker/Endpoints/shop")["logStreams"]
    assert stream["logStreamName"].startswith("live/i-")
    events = logs.get_log_events(logGroupName="/aws/sagemaker/Endpoints/shop", logStreamName=stream["logStreamName"])[
        "events"
    ]
    assert any("POST /invocations" in event["message"] for event in events)


def test_what_is_captured_is_delivered_when_the_cloud_stops(tmp_path: Path) -> None:
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        aws.client("s3").create_bucket(Bucket="captured", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        shop.model("first")
        shop.endpoint(shop.config("first", capture=settings()))
        shop.ask()
    with running_cloud(tmp_path, speed=60) as aws:
        assert aws.client("s3").list_objects_v2(Bucket="captured")["KeyCount"] == 1
