from dataclasses import replace

import pytest

from tests.unit.release.plans import plan
from trainyard.release import action
from trainyard.release.decide import next_action
from trainyard.release.observe import AlarmState, ConfigState, EndpointState, Observed
from trainyard.release.record import (
    Live,
    LiveAnswers,
    LivePointer,
    Outcome,
    Progress,
    Record,
    SmokeReport,
    TrippedAlarm,
    UpdateIntent,
)
from trainyard.release.scaling import Scaling, ScalingState

PLAN = plan()
LIVE = Live(version="2", model_package_arn="a", endpoint_config_name="two", model_name="two", release_id="r2")
SMOKE = SmokeReport(requests=2, latency_p50_ms=5, failures=(), agreement=1.0)
READY = Progress(replaces=LIVE, smoke=SMOKE, alarms_put_at=900.0)
INTENT = UpdateIntent(at=990.0, endpoint_modified="before")
ASKED = replace(READY, intent=INTENT, update_requested=True)
ENDPOINT = EndpointState(status="InService", config_name="two", desired_count=4, modified="before")
CONFIG = ConfigState(name="two", variant_name="live", model_name="two", instance_type="ml.m5.large", instance_count=2)
QUIET = {name: AlarmState(state="OK") for name in (*PLAN.endpoint_alarms, *PLAN.alarm_names)}
SEEN = Observed(
    now=1000.0,
    endpoint=ENDPOINT,
    live_config=CONFIG,
    models=frozenset({PLAN.model_name}),
    configs=frozenset({PLAN.config_name}),
    alarms=QUIET,
)


def decide(progress: Progress, seen: Observed, **changes: object) -> action.Action:
    return next_action(plan(**changes), Record(plan=PLAN, progress=progress), seen)


def alarming(name: str) -> Observed:
    return replace(SEEN, alarms={**QUIET, name: AlarmState(state="ALARM", reason="high")})


def test_a_closed_release_is_done() -> None:
    record = Record(plan=PLAN, status="rolled_back")
    assert isinstance(next_action(PLAN, record, SEEN), action.Done)


def test_the_switch_watches_the_release_s_own_alarms_and_the_endpoint_s() -> None:
    chosen = decide(READY, SEEN)
    assert isinstance(chosen, action.UpdateEndpoint)
    assert chosen.rollback_alarms == (*PLAN.endpoint_alarms, *PLAN.alarm_names)
    assert chosen.endpoint_modified == "before"


def test_the_live_count_is_kept_unless_the_dial_was_raised_above_it() -> None:
    def kept(dial: int, live: int) -> bool:
        seen = replace(SEEN, endpoint=replace(ENDPOINT, desired_count=live))
        chosen = decide(READY, seen, fleet=replace(PLAN.fleet, instance_count=dial))
        # the names carry the fleet's hash, so the changed plan has to find its own
        changed = plan(fleet=replace(PLAN.fleet, instance_count=dial))
        quiet = {name: AlarmState(state="OK") for name in (*changed.endpoint_alarms, *changed.alarm_names)}
        seen = replace(
            seen, models=frozenset({changed.model_name}), configs=frozenset({changed.config_name}), alarms=quiet
        )
        chosen = next_action(changed, Record(plan=changed, progress=READY), seen)
        assert isinstance(chosen, action.UpdateEndpoint)
        return chosen.retain_count

    assert kept(dial=2, live=1)  # the dial did not change: autoscaling has its reasons
    assert kept(dial=3, live=10)
    assert not kept(dial=5, live=2)


OFF = Scaling(
    target={"MinCapacity": 2, "MaxCapacity": 12},
    policies=({"PolicyName": "aim"}, {"PolicyName": "jump"}),
    scheduled=({"ScheduledActionName": "night"},),
)
OTHER_TYPE = replace(SEEN, live_config=replace(CONFIG, instance_type="ml.c5.large"))
ON = ScalingState(registered=True)
ALL = ScalingState(registered=True, policies=frozenset({"aim", "jump"}), scheduled=frozenset({"night"}))


def test_another_instance_type_takes_the_variant_off_autoscaling_only_when_how_it_was_is_noted() -> None:
    scaled = replace(OTHER_TYPE, scaling=ON)
    assert isinstance(decide(READY, scaled), action.NoteScaling)
    assert isinstance(decide(replace(READY, scaling=OFF), scaled), action.DeregisterScaling)
    assert isinstance(decide(replace(READY, scaling=OFF), OTHER_TYPE), action.UpdateEndpoint)


def test_the_same_instance_type_leaves_autoscaling_alone() -> None:
    assert isinstance(decide(READY, replace(SEEN, scaling=ON)), action.UpdateEndpoint)


def test_an_alarm_is_looked_at_before_autoscaling_is_touched() -> None:
    ringing = replace(alarming("shop-dev-5xx"), live_config=OTHER_TYPE.live_config, scaling=ON)
    assert isinstance(decide(READY, ringing), action.Conclude)


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "rolled_back"])
def test_after_the_verdict_what_is_missing_of_the_scaling_is_put_back_piece_by_piece(outcome: Outcome) -> None:
    over = replace(ASKED, outcome=outcome, scaling=OFF, pointer_set=True)

    def next_with(state: ScalingState) -> action.Action:
        return decide(over, replace(SEEN, scaling=state))

    target = next_with(ScalingState())
    assert isinstance(target, action.RegisterScaling)
    assert target.body == OFF.target
    policy = next_with(replace(ON, policies=frozenset({"aim"})))
    assert isinstance(policy, action.RestorePolicy)
    assert policy.body == {"PolicyName": "jump"}
    night = next_with(replace(ALL, scheduled=frozenset()))
    assert isinstance(night, action.RestoreScheduled)
    assert night.body == {"ScheduledActionName": "night"}
    scaling = (action.RegisterScaling, action.RestorePolicy, action.RestoreScheduled)
    assert not isinstance(next_with(ALL), scaling)


def test_scaling_is_put_back_once_the_endpoint_has_come_to_rest() -> None:
    moving = replace(SEEN, endpoint=replace(ENDPOINT, status="RollingBack"))
    assert isinstance(decide(replace(READY, outcome="failed", scaling=OFF), moving), action.Wait)


def test_an_endpoint_that_is_gone_gets_no_scaling_back() -> None:
    gone = replace(SEEN, endpoint=None, configs=frozenset(), models=frozenset(), alarms={})
    assert isinstance(decide(replace(ASKED, outcome="failed", scaling=OFF, announced=True), gone), action.Close)


def test_an_alarm_before_the_switch_stops_the_release() -> None:
    chosen = decide(READY, alarming("shop-dev-5xx"))
    assert isinstance(chosen, action.Conclude)
    assert "shop-dev-5xx is in ALARM before the switch: high" in chosen.reason


def test_a_rollback_leaves_the_alarm_that_rings_out_of_its_own_guards() -> None:
    chosen = decide(READY, alarming("shop-dev-5xx"), kind="rollback")
    assert isinstance(chosen, action.UpdateEndpoint)
    assert chosen.rollback_alarms == PLAN.alarm_names


def test_the_alarm_of_an_earlier_try_is_given_time_to_calm_down() -> None:
    assert isinstance(decide(READY, alarming(PLAN.alarm_names[2])), action.Wait)
    late = replace(alarming(PLAN.alarm_names[2]), now=1300.0)
    assert isinstance(decide(READY, late), action.Conclude)


def test_an_endpoint_that_someone_else_changed_is_left_alone() -> None:
    chosen = decide(READY, replace(SEEN, endpoint=replace(ENDPOINT, config_name="theirs")))
    assert isinstance(chosen, action.Conclude)
    assert "moved from two to theirs" in chosen.reason


def test_in_service_with_the_old_config_is_a_rollback_whatever_the_api_said() -> None:
    back = replace(SEEN, endpoint=replace(ENDPOINT, modified="after"))
    asks = decide(ASKED, back)
    assert isinstance(asks, action.ReadAlarmHistory)
    told = decide(replace(ASKED, history_read=True, tripped=(TrippedAlarm(name="x", reason="[9.0]"),)), back)
    assert isinstance(told, action.Conclude)
    assert (told.outcome, told.reason) == ("rolled_back", "Alarm x tripped: [9.0]")


def test_a_rollback_without_an_alarm_tells_what_sagemaker_says() -> None:
    back = replace(SEEN, endpoint=replace(ENDPOINT, modified="after", failure_reason="no capacity"))
    told = decide(replace(ASKED, history_read=True), back)
    assert isinstance(told, action.Conclude)
    assert told.reason == "SageMaker says: no capacity"


def test_an_endpoint_that_could_not_go_back_needs_a_person() -> None:
    stuck = replace(SEEN, endpoint=replace(ENDPOINT, status="UpdateRollbackFailed", modified="after"))
    told = decide(replace(ASKED, history_read=True), stuck)
    assert isinstance(told, action.Conclude)
    assert told.outcome == "failed"
    assert "is UpdateRollbackFailed and needs a person" in told.reason


def test_a_request_whose_answer_was_lost_is_not_sent_twice() -> None:
    lost = replace(READY, intent=INTENT)
    assert isinstance(decide(lost, SEEN), action.UpdateEndpoint)
    gone_back = replace(SEEN, endpoint=replace(ENDPOINT, modified="after"))
    assert not isinstance(decide(lost, gone_back), action.UpdateEndpoint)


def test_an_accepted_update_may_take_a_moment_to_show() -> None:
    assert isinstance(decide(ASKED, SEEN), action.Wait)
    assert not isinstance(decide(ASKED, replace(SEEN, now=1051.0)), action.Wait)


def test_golden_requests_go_to_the_live_endpoint_only_while_its_traffic_moves() -> None:
    moving = replace(SEEN, endpoint=replace(ENDPOINT, status="Updating"))
    assert isinstance(decide(ASKED, moving), action.AskLive)
    just_asked = replace(ASKED, live_answers=LiveAnswers(at=moving.now - 1))
    assert isinstance(decide(just_asked, moving), action.Wait)
    assert isinstance(decide(just_asked, replace(moving, now=moving.now + 5)), action.AskLive)
    back = replace(SEEN, endpoint=replace(ENDPOINT, status="RollingBack"))
    assert isinstance(decide(ASKED, back), action.Wait)


def test_an_alarm_seen_during_the_update_is_noted_once() -> None:
    moving = replace(alarming(PLAN.alarm_names[2]), endpoint=replace(ENDPOINT, status="RollingBack"))
    noted = decide(ASKED, moving)
    assert isinstance(noted, action.NoteTripped)
    assert isinstance(decide(replace(ASKED, tripped=noted.alarms), moving), action.Wait)


def test_a_failed_release_never_deletes_what_serves() -> None:
    failed = replace(ASKED, outcome="failed", announced=True)
    serving = replace(SEEN, endpoint=replace(ENDPOINT, config_name=PLAN.config_name, modified="after"))
    assert isinstance(decide(failed, serving), action.Close)


def test_a_failed_rollback_keeps_the_config_that_was_there_before_it() -> None:
    failed = replace(READY, outcome="failed", reused=True, announced=True)
    assert isinstance(decide(failed, replace(SEEN, alarms={})), action.Close)


def test_the_day_0_config_is_never_retired() -> None:
    day0 = Live(version="baseline", model_package_arn="", endpoint_config_name="day0", model_name="day0")
    seen = replace(SEEN, pointer=LivePointer(current=LIVE, previous=day0), configs=frozenset(), models=frozenset())
    passed = decide(Progress(), seen)
    assert isinstance(passed, action.PassPreflight)
    assert (passed.replaces, passed.retires) == (LIVE, None)


def test_success_keeps_the_previous_fleet_and_deletes_the_one_before() -> None:
    older = Live(version="1", model_package_arn="a", endpoint_config_name="one", model_name="one", release_id="r1")
    done = replace(ASKED, outcome="succeeded", retires=older, pointer_set=True)
    seen = replace(SEEN, configs=frozenset({"one", PLAN.config_name}), models=frozenset({"one", PLAN.model_name}))
    first = decide(done, seen)
    assert isinstance(first, action.DeleteConfig)
    assert first.name == "one"
    second = decide(done, replace(seen, configs=frozenset({PLAN.config_name})))
    assert isinstance(second, action.DeleteModel)
    assert second.name == "one"
