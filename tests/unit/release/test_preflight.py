from dataclasses import replace
from typing import Any

import pytest

from stacks.outputs import Strategy
from tests.unit.release.plans import PACKAGE, plan
from trainyard.release.observe import AlarmState, ConfigState, EndpointState, Observed
from trainyard.release.preflight import problems
from trainyard.release.record import Approval

CONFIG = ConfigState(name="c", variant_name="live", model_name="m", instance_type="ml.m5.large", instance_count=2)
ENDPOINT = EndpointState(status="InService", config_name="c", desired_count=2)
APPROVAL = Approval(approved_by="ana", person="arn:ana", reason="good", model_package_arn=PACKAGE)
SECOND = Approval(approved_by="ana", person="arn:bo", reason="so say I", model_package_arn=PACKAGE)
GOOD = Observed(
    now=0.0,
    endpoint=ENDPOINT,
    live_config=CONFIG,
    alarms={"shop-dev-5xx": AlarmState(state="OK")},
    package_status="Approved",
)
CANARY = plan().strategy
NEEDED = {"approvals_required": 1}
SCALED_C5 = {"autoscaled": True, "live_config": replace(CONFIG, instance_type="ml.c5.large")}


def strategy(**changes: Any) -> Strategy:
    return CANARY.model_copy(update=changes)


def test_nothing_speaks_against_a_sound_release() -> None:
    assert problems(plan(), GOOD) == []


@pytest.mark.parametrize(
    ("plan_changes", "observed_changes", "message"),
    [
        ({}, {"endpoint": None}, "Endpoint shop-dev does not exist; `pulumi up` makes it"),
        ({}, {"endpoint": replace(ENDPOINT, status="Updating")}, "Endpoint shop-dev is Updating, not InService"),
        ({"variant_name": "other"}, {}, "names its variant 'live', this release 'other'"),
        ({}, {"endpoint": replace(ENDPOINT, desired_count=1)}, "needs at least two instances and shop-dev runs 1"),
        ({"strategy": strategy(canary_percent=51)}, {}, "1 to 50 % of the instances, not 51 %"),
        ({"strategy": strategy(bake_seconds=3601)}, {}, "0 to 3600 seconds, not 3601"),
        ({"strategy": strategy(timeout_seconds=599)}, {}, "600 to 28800 seconds, not 599"),
        ({"strategy": strategy(bake_seconds=450, timeout_seconds=900)}, {}, "bakes 900 s in all"),
        ({}, {"alarms": {}}, "Alarm shop-dev-5xx, which should watch the endpoint, does not exist"),
        ({}, {"alarms": {"shop-dev-5xx": AlarmState(state="ALARM", reason="5 %")}}, "shop-dev-5xx is in ALARM: 5 %"),
        ({"endpoint_alarms": tuple("abcdefgh")}, {}, "A deployment may watch 10 alarms"),
        ({"endpoint_name": "s" * 50}, {}, "63 characters"),
        ({}, {"package_status": "Rejected"}, "Version 3 of shop is rejected"),
        (NEEDED, {}, "is not approved and dev asks for it; run `trainyard model approve shop 3`"),
        (
            NEEDED,
            {"approvals": (APPROVAL,), "package_status": "PendingManualApproval"},
            "not approved",
        ),
        (
            NEEDED,
            {"approvals": (replace(APPROVAL, model_package_arn="other"),)},
            "for another package",
        ),
        (
            {"approvals_required": 2},
            {"approvals": (APPROVAL, replace(APPROVAL, approved_by="bo"))},
            "is not approved and dev asks for 2 people's; 1 gave theirs; run `trainyard model approve shop 3`",
        ),
        (
            {},
            {"autoscaled": True, "live_config": replace(CONFIG, instance_type="ml.c5.large")},
            "which SageMaker refuses",
        ),
    ],
)
def test_each_reason_against_a_release_is_found_and_said(
    plan_changes: dict[str, Any], observed_changes: dict[str, Any], message: str
) -> None:
    found = problems(plan(**plan_changes), replace(GOOD, **observed_changes))
    assert any(message in problem for problem in found), found


def test_an_approved_version_may_go_live_where_approval_is_asked_for() -> None:
    assert problems(plan(approvals_required=1), replace(GOOD, approvals=(APPROVAL,))) == []


def test_two_people_are_told_apart_by_who_they_are_and_not_by_their_names() -> None:
    assert problems(plan(approvals_required=2), replace(GOOD, approvals=(APPROVAL, SECOND))) == []


def test_a_rollback_does_not_wait_for_the_alarm_it_answers() -> None:
    ringing = replace(GOOD, alarms={"shop-dev-5xx": AlarmState(state="ALARM", reason="5 %")})
    assert problems(plan(kind="rollback"), ringing) == []


def test_one_instance_may_be_replaced_all_at_once() -> None:
    one = replace(GOOD, endpoint=replace(ENDPOINT, desired_count=1))
    assert problems(plan(strategy=strategy(type="all_at_once")), one) == []


def test_the_day_0_model_needs_no_approval() -> None:
    baseline = plan(model_package_arn="", version="baseline", approvals_required=2)
    assert problems(baseline, replace(GOOD, package_status="")) == []
