import os
import signal

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker.endpoints import host


def test_an_endpoint_serves_the_model_it_was_given(shop) -> None:
    shop.model("first", data="tulips")
    shop.endpoint(shop.config("first", 2))
    answers = [shop.ask() for _ in range(4)]
    assert {answer["model"] for answer in answers} == {"tulips"}
    assert len({answer["pid"] for answer in answers}) == 2, "requests go round all instances"
    assert answers[0]["arguments"] == ["serve"]
    assert answers[0]["account_key"] == "LKIA000000000001"
    (variant,) = shop.describe()["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (2, 2)
    assert variant["DeployedImages"][0]["ResolvedImage"].endswith(f"/shop@{shop.digest}")


def test_ids_and_attributes_pass_through(shop) -> None:
    shop.endpoint(shop.release("first"))
    answer = shop.runtime.invoke_endpoint(
        EndpointName="shop", Body=b"{}", InferenceId="order-7", CustomAttributes="a=1"
    )
    assert b'"inference_id": "order-7"' in answer["Body"].read()
    assert answer["CustomAttributes"] == "a=1"
    assert answer["ContentType"] == "application/json"


def test_a_containers_error_is_a_model_error_with_its_status(shop) -> None:
    shop.endpoint(shop.release("first"))
    with pytest.raises(ClientError, match=r'Received server error \(500\) from primary with message "\{') as caught:
        shop.ask(body={"status": 500})
    assert caught.value.response["Error"]["Code"] == "ModelError"
    assert caught.value.response["OriginalStatusCode"] == 500
    assert caught.value.response["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/shop")
    with pytest.raises(ClientError, match=r"Received client error \(400\) from primary"):
        shop.ask(body={"status": 400})


def test_variants_share_requests_by_weight_and_can_be_named(shop) -> None:
    shop.model("first")
    shop.endpoint(shop.config("first", a=3.0, b=1.0))
    variants = [shop.ask()["variant"] for _ in range(8)]
    assert (variants.count("a"), variants.count("b")) == (6, 2)
    assert {shop.ask(TargetVariant="b")["variant"] for _ in range(3)} == {"b"}
    with pytest.raises(ClientError, match="Variant c not found in endpoint shop of account 000000000001"):
        shop.ask(TargetVariant="c")


def test_an_endpoint_that_does_not_exist_is_not_found(shop) -> None:
    with pytest.raises(ClientError, match="Endpoint nowhere of account 000000000001 not found"):
        shop.ask("nowhere")
    with pytest.raises(
        ClientError, match='Could not find endpoint "arn:aws:sagemaker:eu-west-1:000000000001:endpoint/n"'
    ):
        shop.describe("n")


def test_asynchronous_invocations_are_refused_in_plain_words(shop) -> None:
    with pytest.raises(ClientError, match="by async-invocations is not emulated by the local cloud"):
        shop.runtime.invoke_endpoint_async(EndpointName="shop", InputLocation="s3://a/b")


def test_a_body_above_the_limit_is_refused(shop) -> None:
    with pytest.raises(ClientError, match="HTTP content length exceeded 6291456 bytes") as caught:
        shop.runtime.invoke_endpoint(EndpointName="shop", Body=b"x" * 6_291_457)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_container_that_ends_fails_the_endpoint_with_the_reason(shop) -> None:
    shop.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName=shop.release("bad", REFUSE_TO_START="1"))
    described = shop.settle()
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"].startswith(
        "The primary container for production variant live did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint. (The container ended with exit code 1"
    )
    with pytest.raises(ClientError, match="Cannot update failed endpoint"):
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="bad")
    shop.sagemaker.delete_endpoint(EndpointName="shop")


def test_a_container_that_is_never_ready_fails_the_endpoint(shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "SHORTEST_START_LIMIT_SECONDS", 1.0)
    monkeypatch.setattr(host, "START_LIMIT_SECONDS", 60.0)
    shop.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName=shop.release("bad", NEVER_READY="1"))
    assert "No good answer to GET /ping within 1 seconds" in shop.settle()["FailureReason"]


def test_an_instance_that_dies_is_replaced(shop) -> None:
    shop.endpoint(shop.release("first"))
    before = shop.ask()["pid"]
    os.kill(before, signal.SIGKILL)
    shop.until(lambda: shop.describe()["ProductionVariants"][0]["CurrentInstanceCount"] == 0)
    shop.until(lambda: shop.describe()["ProductionVariants"][0]["CurrentInstanceCount"] == 1)
    assert shop.ask()["pid"] != before


def test_a_name_is_taken_once(shop) -> None:
    shop.endpoint(shop.release("first"))
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        shop.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="first")


def test_a_deleted_endpoint_is_gone_with_its_processes(shop) -> None:
    shop.endpoint(shop.release("first"))
    process = shop.ask()["pid"]
    shop.sagemaker.delete_endpoint(EndpointName="shop")
    shop.until(lambda: not shop.sagemaker.list_endpoints()["Endpoints"])
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_weights_and_capacities_change_in_place(shop) -> None:
    shop.model("first")
    shop.endpoint(shop.config("first", a=1.0, b=1.0))
    shop.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="shop",
        DesiredWeightsAndCapacities=[
            {"VariantName": "a", "DesiredWeight": 0.0},
            {"VariantName": "b", "DesiredInstanceCount": 2},
        ],
    )
    described = shop.settle()
    assert [(v["CurrentWeight"], v["CurrentInstanceCount"]) for v in described["ProductionVariants"]] == [
        (0, 1),
        (1, 2),
    ]
    assert {shop.ask()["variant"] for _ in range(4)} == {"b"}
    with pytest.raises(ClientError, match=r"The variant name\(s\) \['c'\] are not present"):
        shop.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="shop", DesiredWeightsAndCapacities=[{"VariantName": "c", "DesiredWeight": 1}]
        )
