from typing import Any

import pytest

from trainyard.handlers.events import Approved, Look, parse

ARN = "arn:aws:sagemaker:eu-west-1:000000000001:model-package/shop-dev/3"


def package(**detail: Any) -> dict[str, Any]:
    return {"detail-type": "SageMaker Model Package State Change", "detail": {"ModelPackageArn": ARN, **detail}}


@pytest.mark.parametrize(
    "kind", ["Scheduled Event", "SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change"]
)
def test_endpoints_and_the_clock_say_that_it_is_time_to_look(kind: str) -> None:
    assert parse({"detail-type": kind, "detail": {"EndpointStatus": "ROLLING_BACK"}}) == Look()


def test_an_approval_names_the_version_and_any_other_change_of_one_is_just_a_time_to_look() -> None:
    assert parse(package(ModelApprovalStatus="Approved")) == Approved(ARN)
    assert parse(package(ModelApprovalStatus="Rejected")) == Look()
    assert parse({"detail-type": "SageMaker Model Package State Change"}) == Look()


def test_an_event_that_no_rule_sends_is_an_error() -> None:
    with pytest.raises(ValueError, match="no event of detail-type 'Object Created'"):
        parse({"detail-type": "Object Created"})
