from dataclasses import replace
from typing import Any

import pytest

from stacks.outputs import Strategy
from tests.unit.release.plans import PACKAGE, plan
from trainyard.release.observe import AlarmState, ConfigState, EndpointState, Observed
from trainyard.release.preflight import needed_instances, problems
from trainyard.release.quota import Quota
from trainyard.release.record import Approval
from trainyard.release.scaling import ScalingState

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
C5 = replace(CONFIG, instance_type="ml.c5.large")
INF1 = replace(plan().fleet, instance_type="ml.inf1.xlarge")
QUOTA = Quota(name="ml.m5.large for endpoint usage", allowed=4)


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
        ({"strategy": strategy(canary_percent=51)}, {}, "`canary_percent` may be 1 to 50 % of the instances, not 51 %"),
        ({"strategy": strategy(bake_seconds=3601)}, {}, "0 to 3600 seconds, not 3601"),
        ({"strategy": strategy(timeout_seconds=599)}, {}, "600 to 28800 seconds, not 599"),
        ({"strategy": strategy(bake_seconds=450, timeout_seconds=900)}, {}, "bakes 900 s in all"),
        ({}, {"alarms": {}}, "Alarm shop-dev-5xx, which should watch the endpoint, does not exist"),
        ({}, {"alarms": {"shop-dev-5xx": AlarmState(state="ALARM", reason="5 %")}}, "shop-dev-5xx is in ALARM: 5 %"),
        ({"endpoint_alarms": tuple("abcdefg")}, {}, "A deployment may watch 10 alarms"),
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
            {"strategy": strategy(type="linear")},
            {"endpoint": replace(ENDPOINT, desired_count=1)},
            "A linear release needs at least two instances and shop-dev runs 1",
        ),
        (
            {"strategy": strategy(type="rolling")},
            {"endpoint": replace(ENDPOINT, desired_count=1)},
            "A rolling release needs at least two instances and shop-dev runs 1",
        ),
        ({"strategy": strategy(type="linear", linear_percent=9)}, {}, "`linear_percent` may be 10 to 50 %"),
        ({"strategy": strategy(type="rolling", rolling_percent=51)}, {}, "`rolling_percent` may be 5 to 50 %"),
        (
            {"strategy": strategy(type="rolling", rolling_back_percent=4)},
            {},
            "`rolling_back_percent` may be 5 to 100 %",
        ),
        (
            {"strategy": strategy(type="rolling")},
            {"live_config": replace(CONFIG, variant_count=2)},
            "for endpoints of one variant, and shop-dev has 2",
        ),
        ({"fleet": INF1}, {}, "SageMaker moves ml.inf1.xlarge all at once"),
        (
            {"strategy": strategy(type="linear", linear_percent=10, bake_seconds=180, timeout_seconds=1800)},
            {"endpoint": replace(ENDPOINT, desired_count=10)},
            "bakes 1800 s in all (10 steps of 10 instances), which leaves nothing of its timeout of 1800 s",
        ),
        (
            {"strategy": strategy(type="rolling", rolling_percent=30, bake_seconds=450, timeout_seconds=1800)},
            {"endpoint": replace(ENDPOINT, desired_count=10)},
            "bakes 1800 s in all (4 steps of 10 instances)",
        ),
        ({}, {"quota": QUOTA}, "may run 5 ml.m5.large at once, and the account's quota is 4"),
        (
            {"strategy": strategy(type="rolling")},
            {"quota": replace(QUOTA, allowed=3)},
            "may run 4 ml.m5.large at once, and the account's quota is 3",
        ),
        ({}, {"quota": replace(QUOTA, allowed=2), "live_config": C5}, "may run 3 ml.m5.large at once"),
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


@pytest.mark.parametrize("kind", ["canary", "linear", "rolling"])
def test_each_strategy_may_start_where_its_limits_hold(kind: str) -> None:
    assert problems(plan(strategy=strategy(type=kind)), GOOD) == []


def test_the_shares_of_other_strategies_do_not_matter() -> None:
    assert problems(plan(strategy=strategy(type="all_at_once", canary_percent=0, linear_percent=0)), GOOD) == []


def test_a_share_that_another_strategy_may_take_is_judged_by_its_own_limits() -> None:
    assert problems(plan(strategy=strategy(type="canary", canary_percent=5, linear_percent=5)), GOOD) == []


def test_another_instance_type_is_no_reason_against_a_release_of_a_scaled_variant() -> None:
    scaled = replace(GOOD, live_config=C5, scaling=ScalingState(registered=True))
    assert problems(plan(), scaled) == []


def test_a_quota_that_nobody_knows_stops_nothing() -> None:
    assert problems(plan(), replace(GOOD, quota=replace(QUOTA, allowed=None, unknown="no answer"))) == []


def test_a_fleet_that_cannot_double_may_still_roll() -> None:
    tight = replace(GOOD, endpoint=replace(ENDPOINT, desired_count=10), quota=replace(QUOTA, allowed=12))
    assert problems(plan(), tight) != []
    assert problems(plan(strategy=strategy(type="rolling", rolling_percent=10)), tight) == []


def test_the_quota_counts_what_a_raised_dial_asks_for() -> None:
    fleet = replace(plan().fleet, instance_count=6)
    assert needed_instances(plan(fleet=fleet), GOOD) == 13


def test_one_instance_may_be_replaced_all_at_once() -> None:
    one = replace(GOOD, endpoint=replace(ENDPOINT, desired_count=1))
    assert problems(plan(strategy=strategy(type="all_at_once")), one) == []


def test_the_day_0_model_needs_no_approval() -> None:
    baseline = plan(model_package_arn="", version="baseline", approvals_required=2)
    assert problems(baseline, replace(GOOD, package_status="")) == []
