from dataclasses import replace
from typing import Any

import pytest

from tests.unit.shadow.plans import VARIANT, plan
from trainyard.release.observe import AlarmState, EndpointState
from trainyard.release.quota import Quota
from trainyard.shadow.plan import ShadowPlan
from trainyard.shadow.preflight import problems

ENDPOINT = EndpointState(status="InService", config_name="bootstrap", desired_count=2)
GOOD: dict[str, Any] = {
    "endpoint": ENDPOINT,
    "live_version": "3",
    "package_status": "PendingManualApproval",
    "alarms": {"shop-dev-5xx": AlarmState(state="OK")},
    "quota": Quota(name="ml.m5.large for endpoint usage", allowed=5),
    "needed": 5,
}


def live(**changes: Any) -> ShadowPlan:
    return plan(live_config={"ProductionVariants": [{**VARIANT, **changes}]})


def test_a_version_that_waits_for_approval_may_be_a_shadow() -> None:
    assert problems(plan(), **GOOD) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"endpoint": replace(ENDPOINT, status="Updating")}, "Endpoint shop-dev is Updating, not InService"),
        ({"live_version": "4"}, "Version 4 is live, so there is nothing to compare it with"),
        ({"package_status": "Rejected"}, "Version 4 of shop is rejected"),
        ({"alarms": {}}, "Alarm shop-dev-5xx, which should watch the endpoint, does not exist"),
        ({"alarms": {"shop-dev-5xx": AlarmState(state="ALARM", reason="0.2")}}, "shop-dev-5xx is in ALARM: 0.2"),
        ({"needed": 6}, "may run 6 ml.m5.large at once, and the account's quota is 5"),
    ],
)
def test_what_stands_against_a_shadow_is_told(changes: dict[str, Any], told: str) -> None:
    (found,) = problems(plan(), **{**GOOD, **changes})
    assert told in found


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (plan(endpoint_name="s" * 50), "is longer than SageMaker's 63 characters"),
        (plan(live_config={"ProductionVariants": [VARIANT, VARIANT]}), "one production variant, and bootstrap has 2"),
        (live(ServerlessConfig={"MaxConcurrency": 1}), "no shadows with serverless inference"),
        (live(InstanceType="ml.inf1.xlarge"), "no shadows with Inf1 instances"),
        (live(VariantName="shadow"), "is itself named 'shadow'"),
        (
            plan(live_config={"ProductionVariants": [VARIANT], "AsyncInferenceConfig": {"OutputConfig": {}}}),
            "no shadows with asynchronous inference",
        ),
    ],
)
def test_what_sagemaker_excludes_is_refused_before_it_is_asked(refused: ShadowPlan, told: str) -> None:
    (found,) = problems(refused, **GOOD)
    assert told in found


def test_a_quota_that_nobody_knows_stops_nothing() -> None:
    assert problems(plan(), **{**GOOD, "needed": 6, "quota": Quota(name="q", unknown="denied")}) == []
