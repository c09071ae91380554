import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker.endpoints.hosting import hosting
from localcloud.sagemaker.endpoints.invocation_metrics import Invocation

from .test_invocations import settings
from .test_rolling_updates import rolling
from .test_updates import CANARY, Alarms, Requests


def shadow(model: str, *, weight: float = 1.0, name: str = "tried", count: int = 1) -> dict[str, Any]:
    return {
        "VariantName": name,
        "ModelName": model,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": count,
        "InitialVariantWeight": weight,
    }


def shadowed(shop, *, weight: float = 1.0, capture: dict[str, Any] | None = None, **environment: str) -> None:
    """Serve the model `live` with the model `tried` in its shadow."""
    shop.model("live")
    shop.model("tried", **environment)
    shop.endpoint(shop.config("live", shadow=shadow("tried", weight=weight), capture=capture))


def counted(shop) -> list[Invocation]:
    """Return a list of all invocations from now on."""
    seen: list[Invocation] = []
    hosting(shop.aws.cloud).metrics.record = seen.append
    return seen


def copies(seen: list[Invocation], name: str = "tried") -> list[Invocation]:
    return [invocation for invocation in seen if invocation.variant == name]


def test_every_request_is_copied_to_the_shadow_and_answered_by_production_alone(shop) -> None:
    shadowed(shop)
    seen = counted(shop)
    answers = [shop.ask() for _ in range(6)]
    shop.until(lambda: len(copies(seen)) == 6)
    assert {(answer["version"], answer["variant"]) for answer in answers} == {("live", "live")}
    assert {(copy.config_name, copy.status, copy.instances) for copy in copies(seen)} == {("live", 200, 1)}
    assert len(copies(seen, "live")) == 6


def test_the_weight_of_the_shadow_against_productions_is_the_share_that_is_copied(shop) -> None:
    shadowed(shop, weight=0.25)
    seen = counted(shop)
    for _ in range(8):
        shop.ask()
    shop.until(lambda: len(copies(seen)) == 2)
    shop.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="shop", DesiredWeightsAndCapacities=[{"VariantName": "tried", "DesiredWeight": 0.5}]
    )
    assert shop.settle()["ShadowProductionVariants"][0]["CurrentWeight"] == 0.5
    seen.clear()
    for _ in range(8):
        shop.ask()
    shop.until(lambda: len(copies(seen)) == 4)


def test_a_shadow_that_fails_or_hangs_neither_fails_nor_delays_the_caller(shop) -> None:
    shadowed(shop, SLEEP="5", FAIL="1")
    seen = counted(shop)
    with Requests(shop, body={}) as requests:
        shop.until(lambda: len(requests.versions) > 300)
    assert requests.failures == []
    assert set(requests.versions) == {"live"}
    latencies = [
        invocation.model_microseconds + invocation.overhead_microseconds for invocation in copies(seen, "live")
    ]
    assert max(latencies) < 4e6
    shop.until(lambda: len(copies(seen)) > 0)
    assert {copy.status for copy in copies(seen)} == {500}


def test_a_dead_shadow_is_replaced_and_nobody_notices(shop) -> None:
    shadowed(shop)
    (fleet,) = [
        fleet for name, fleet in hosting(shop.aws.cloud).find(shop.aws.scope, "shop").fleets.items() if name == "tried"
    ]
    before = fleet.instances[0]
    before.kill()
    assert [shop.ask()["version"] for _ in range(4)] == ["live"] * 4
    shop.until(lambda: fleet.serving() != [] and fleet.serving()[0] is not before)


def test_metrics_and_logs_of_the_shadow_carry_its_name(shop) -> None:
    shadowed(shop)
    shop.ask()
    cloudwatch, logs = shop.aws.client("cloudwatch"), shop.aws.client("logs")

    def listed() -> bool:
        found = cloudwatch.list_metrics(
            Namespace="AWS/SageMaker",
            MetricName="Invocations",
            Dimensions=[{"Name": "EndpointName", "Value": "shop"}, {"Name": "VariantName", "Value": "tried"}],
        )["Metrics"]
        return {tuple(sorted(item["Name"] for item in metric["Dimensions"])) for metric in found} == {
            ("EndpointName", "VariantName"),
            ("EndpointConfigName", "EndpointName", "VariantName"),
        }

    shop.until(listed)
    hosting(shop.aws.cloud).deliver()
    streams = logs.describe_log_streams(logGroupName="/aws/sagemaker/Endpoints/shop")["logStreams"]
    assert sorted(stream["logStreamName"].partition("/")[0] for stream in streams) == ["live", "tried"]


def test_captured_answers_of_both_variants_can_be_told_apart_and_joined(shop) -> None:
    s3 = shop.aws.client("s3")
    s3.create_bucket(Bucket="captured", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    shadowed(shop, capture=settings(CaptureContentTypeHeader={"JsonContentTypes": ["application/json"]}))
    seen = counted(shop)
    shop.ask(InferenceId="order-7")
    shop.until(lambda: len(copies(seen)) == 1)
    found: dict[str, tuple[str, str]] = {}

    def delivered() -> bool:
        hosting(shop.aws.cloud).deliver()
        for entry in s3.list_objects_v2(Bucket="captured").get("Contents", []):
            line = json.loads(s3.get_object(Bucket="captured", Key=entry["Key"])["Body"].read())
            answer = json.loads(line["captureData"]["endpointOutput"]["data"])
            found[entry["Key"].split("/")[2]] = (answer["version"], line["eventMetadata"]["inferenceId"])
        return len(found) == 2

    shop.until(delivered)
    assert found == {"live": ("live", "order-7"), "tried": ("tried", "order-7")}


def test_the_description_keeps_shadows_apart(shop) -> None:
    shadowed(shop, weight=0.5)
    described = shop.describe()
    assert [variant["VariantName"] for variant in described["ProductionVariants"]] == ["live"]
    (tried,) = described["ShadowProductionVariants"]
    assert (tried["VariantName"], tried["CurrentInstanceCount"], tried["CurrentWeight"]) == ("tried", 1, 0.5)
    assert tried["DeployedImages"][0]["ResolvedImage"].endswith(f"/shop@{shop.digest}")


def test_a_shadow_cannot_be_invoked_by_name(shop) -> None:
    shadowed(shop)
    with pytest.raises(ClientError, match="Variant tried not found in endpoint shop"):
        shop.ask(TargetVariant="tried")
    assert shop.ask(TargetVariant="live")["version"] == "live"


def test_capacity_of_a_shadow_can_be_changed(shop) -> None:
    shadowed(shop)
    shop.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="shop", DesiredWeightsAndCapacities=[{"VariantName": "tried", "DesiredInstanceCount": 2}]
    )
    assert shop.settle()["ShadowProductionVariants"][0]["CurrentInstanceCount"] == 2
    seen = counted(shop)
    shop.ask()
    shop.until(lambda: [copy.instances for copy in copies(seen)] == [2])


def test_an_update_brings_a_shadow_and_another_takes_it_away_without_losing_a_request(shop) -> None:
    shop.endpoint(shop.release("live", 2))
    shop.model("tried")
    shop.model("both")
    shop.config("both", shadow=shadow("tried"))
    with Requests(shop) as requests:
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="both", RetainAllVariantProperties=True)
        pending = shop.describe()["PendingDeploymentSummary"]
        assert [variant["VariantName"] for variant in pending["ShadowProductionVariants"]] == ["tried"]
        described = shop.settle()
        assert described["ShadowProductionVariants"][0]["CurrentInstanceCount"] == 1
        assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="live")
        described = shop.settle()
        assert "ShadowProductionVariants" not in described
        seen = counted(shop)
        shop.until(lambda: len(copies(seen, "live")) > 5)
        assert copies(seen) == []
    assert requests.failures == []
    assert described["EndpointConfigName"] == "live"


def test_in_a_canary_each_fleets_requests_are_copied_to_the_shadow_of_its_own_configuration(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    for name in ("old", "new", "tried"):
        shop.model(name)
    for name in ("old", "new"):
        shop.config(name, 2, shadow=shadow("tried"))
    shop.endpoint("old")
    policy = {**CANARY["BlueGreenUpdatePolicy"], "TerminationWaitInSeconds": 1200}
    policy["TrafficRoutingConfiguration"] = {**policy["TrafficRoutingConfiguration"], "WaitIntervalInSeconds": 500}
    shop.sagemaker.update_endpoint(
        EndpointName="shop", EndpointConfigName="new", DeploymentConfig={**CANARY, "BlueGreenUpdatePolicy": policy}
    )
    seen = counted(shop)
    shop.until(lambda: {shop.ask()["version"] for _ in range(4)} == {"old", "new"})
    for _ in range(8):
        shop.ask()
    answered = sorted(invocation.config_name for invocation in copies(seen, "live"))
    shop.until(lambda: sorted(copy.config_name for copy in copies(seen)) == answered)
    assert {"old", "new"} == set(answered)
    assert copies(seen)[-1].instances == 2
    shop.aws.cloud.alarms.now["slow"] = "ALARM"
    described = shop.settle()
    assert described["EndpointConfigName"] == "old"
    assert described["ShadowProductionVariants"][0]["CurrentInstanceCount"] == 1


def test_a_shadow_that_cannot_start_rolls_the_update_back(shop) -> None:
    shop.endpoint(shop.release("live"))
    shop.model("broken", REFUSE_TO_START="1")
    shop.model("both")
    shop.config("both", shadow=shadow("broken"))
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="both")
    described = shop.settle()
    assert described["EndpointConfigName"] == "live"
    assert "production variant tried did not pass the ping health check" in described["FailureReason"]
    assert "ShadowProductionVariants" not in described


def test_shadows_that_aws_refuses_are_refused(shop) -> None:
    for name in ("live", "tried"):
        shop.model(name)
    one, other = shadow("tried"), shadow("tried", name="other")

    def refused(
        message: str, shadows: list[dict[str, Any]], variants: list[dict[str, Any]] | None = None, **more: Any
    ) -> None:
        with pytest.raises(ClientError, match=message) as caught:
            shop.sagemaker.create_endpoint_config(
                EndpointConfigName="both",
                ProductionVariants=variants or [shadow("live", name="live")],
                ShadowProductionVariants=shadows,
                **more,
            )
        assert caught.value.response["Error"]["Code"] == "ValidationException"

    refused("needs exactly one production variant and is the only shadow variant", [one, other])
    refused("needs exactly one production variant", [one], [shadow("live", name="a"), shadow("live", name="b")])
    refused("Variant names must be unique", [shadow("tried", name="live")])
    refused("cannot be used with Inf1 instances", [{**one, "InstanceType": "ml.inf1.xlarge"}])
    serverless = {
        "VariantName": "tried",
        "ModelName": "tried",
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    refused("cannot be used with serverless inference", [serverless])
    refused(
        "cannot be used with asynchronous inference",
        [one],
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://models/answers"}},
    )
    container = shop.sagemaker.describe_model(ModelName="tried")["PrimaryContainer"]
    for name, containers in (
        ("many", {"PrimaryContainer": {**container, "Mode": "MultiModel"}}),
        ("pair", {"Containers": [container, {**container, "ContainerHostname": "second"}]}),
    ):
        shop.sagemaker.create_model(
            ModelName=name, ExecutionRoleArn="arn:aws:iam::000000000001:role/serving", **containers
        )
    refused("cannot be used with a multi-model container", [shadow("many")])
    refused("cannot be used with several containers", [shadow("pair")])


def test_an_endpoint_with_a_shadow_does_not_roll(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shadowed(shop)
    shop.release("new", 2)
    with pytest.raises(ClientError, match="RollingUpdatePolicy can only be used with an endpoint of one variant"):
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", DeploymentConfig=rolling())
