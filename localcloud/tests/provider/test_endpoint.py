"""The endpoint waits for what AWS decides, and says why it was refused."""

from typing import Any

import pytest

from localcloud.provider.errors import CreateFailed, ProviderError
from localcloud.provider.provider import Provider
from localcloud.provider.recorded import MemoryRecords
from localcloud.provider.session import Session

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"


class ScriptedSageMaker:
    """Answers DescribeEndpoint from a script of statuses and remembers what it was told to do."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.config = "first"

    def create_endpoint(self, **params: Any) -> None:
        self.calls.append(("create", params))
        self.config = params["EndpointConfigName"]

    def update_endpoint(self, **params: Any) -> None:
        self.calls.append(("update", params))

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {
            "EndpointName": EndpointName,
            "EndpointArn": f"arn:aws:sagemaker:eu-west-1:000000000001:endpoint/{EndpointName}",
            "EndpointConfigName": self.config,
            "EndpointStatus": status,
            "FailureReason": "the container did not pass the ping check",
        }

    def list_tags(self, **params: Any) -> dict[str, Any]:
        return {"Tags": []}


def provider(sagemaker: ScriptedSageMaker) -> tuple[Provider, list[float]]:
    waits: list[float] = []
    session = Session(
        clients=lambda service, region: sagemaker,
        region="eu-west-1",
        records=MemoryRecords(),
        sleep=waits.append,
        now=lambda: sum(waits),
    )
    return Provider(session), waits


def test_create_returns_when_the_endpoint_is_in_service() -> None:
    aws, waits = provider(ScriptedSageMaker("Creating", "Creating", "InService"))
    made, state = aws.create(ENDPOINT, "e", {"name": "shop-dev", "endpointConfigName": "first"})
    assert made == "shop-dev"
    assert state["arn"].endswith("endpoint/shop-dev")
    assert len(waits) == 2


def test_a_failed_endpoint_is_kept_under_its_id_with_the_reason() -> None:
    aws, _ = provider(ScriptedSageMaker("Creating", "Failed"))
    with pytest.raises(CreateFailed, match="'shop-dev' is Failed: the container did not pass the ping check") as caught:
        aws.create(ENDPOINT, "e", {"name": "shop-dev", "endpointConfigName": "first"})
    assert caught.value.resource_id == "shop-dev"


def test_an_endpoint_that_never_settles_is_given_up() -> None:
    aws, _ = provider(ScriptedSageMaker("Creating"))
    with pytest.raises(ProviderError, match="waited 7200 s for endpoint shop-dev to be in service"):
        aws.create(ENDPOINT, "e", {"name": "shop-dev", "endpointConfigName": "first"})


@pytest.mark.parametrize(
    ("changes", "updates"),
    [({"endpointConfigName": "second"}, 1), ({"tags": {}}, 0)],
)
def test_only_a_changed_configuration_calls_update_endpoint(changes: dict[str, Any], updates: int) -> None:
    sagemaker = ScriptedSageMaker("Updating", "InService")
    aws, _ = provider(sagemaker)
    old = {"name": "shop-dev", "endpointConfigName": "first"}
    aws.update(ENDPOINT, "e", "shop-dev", old, {**old, "tagsAll": {}, "arn": "a"}, {**old, **changes})
    assert [name for name, _ in sagemaker.calls] == ["update"] * updates


def test_refresh_shows_the_configuration_that_a_release_put_live() -> None:
    sagemaker = ScriptedSageMaker("InService")
    sagemaker.config = "released"
    aws, _ = provider(sagemaker)
    inputs = {"name": "shop-dev", "endpointConfigName": "first"}
    live = aws.read(ENDPOINT, "shop-dev", inputs, inputs)
    assert live is not None
    assert live.inputs["endpointConfigName"] == "released"
