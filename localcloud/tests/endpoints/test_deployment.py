from typing import Any

import pytest

from localcloud.sagemaker.endpoints.deployment import (
    Observed,
    Phase,
    Plan,
    Stage,
    State,
    decide,
)
from localcloud.sagemaker.endpoints.plans import capacity_instances, guarded, plan_deployment


def config(kind: str = "CANARY", *, wait: int = 60, termination: int = 30, alarms: tuple[str, ...] = ("slow",)) -> Any:
    sizes = {
        "CANARY": {"CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 25}},
        "LINEAR": {"LinearStepSize": {"Type": "INSTANCE_COUNT", "Value": 1}},
    }
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **sizes.get(kind, {})},
            "TerminationWaitInSeconds": termination,
            "MaximumExecutionTimeoutInSeconds": 600,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in alarms]},
    }


def play(plan: Plan, moments: list[Observed]) -> list[State]:
    state, states = State(), []
    for seen in moments:
        state = decide(plan, state, seen)
        states.append(state)
    return states


def at(elapsed: float, alarm: str = "OK", *, launched: bool = True) -> Observed:
    return Observed(elapsed=elapsed, launched=launched, alarms={"slow": alarm})


def test_a_canary_bakes_its_share_then_full_capacity_then_completes() -> None:
    plan = plan_deployment(config(), {"live": 4})
    assert [(stage.active["live"], stage.bake_seconds) for stage in plan.stages] == [(1, 60.0), (4, 30.0)]
    states = play(plan, [at(5, launched=False), at(10), at(69), at(70), at(99), at(100)])
    assert [(state.phase, state.stage) for state in states] == [
        (Phase.LAUNCHING, 0),
        (Phase.BAKING, 0),
        (Phase.BAKING, 0),
        (Phase.BAKING, 1),
        (Phase.BAKING, 1),
        (Phase.COMPLETED, 1),
    ]


@pytest.mark.parametrize("when", [10.0, 40.0, 75.0])
def test_an_alarm_sends_the_deployment_back_in_every_stage_and_is_named(when: float) -> None:
    plan = plan_deployment(config(), {"live": 4})
    state = State()
    for moment in (10.0, 40.0, 75.0, 101.0):
        state = decide(plan, state, at(moment, "ALARM" if moment == when else "OK"))
    assert state.phase is Phase.FAILED
    assert state.reason == "One or more alarms configured for auto rollback are in ALARM state: slow."


def test_alarms_do_not_count_before_the_new_fleet_can_take_traffic() -> None:
    plan = plan_deployment(config(), {"live": 4})
    assert decide(plan, State(), at(5, "ALARM", launched=False)).phase is Phase.LAUNCHING


def test_an_alarm_deleted_meanwhile_sends_the_deployment_back() -> None:
    plan = plan_deployment(config(), {"live": 4})
    state = decide(plan, State(), Observed(elapsed=1, launched=True, alarms={}))
    assert (state.phase, state.reason) == (
        Phase.FAILED,
        "Alarm(s) configured for auto rollback do not exist: slow.",
    )


def test_insufficient_data_is_no_alarm() -> None:
    plan = plan_deployment(config(), {"live": 4})
    assert decide(plan, State(), at(1, "INSUFFICIENT_DATA")).phase is Phase.BAKING


def test_a_fleet_that_cannot_start_fails_the_deployment_with_its_reason() -> None:
    plan = plan_deployment(config(), {"live": 4})
    state = decide(plan, State(), Observed(elapsed=1, launched=False, launch_failure="no ping"))
    assert (state.phase, state.reason) == (Phase.FAILED, "no ping")


def test_a_deployment_past_its_time_goes_back() -> None:
    plan = plan_deployment(config(), {"live": 4})
    state = decide(plan, State(), at(601, launched=False))
    assert state.reason == "The deployment exceeded MaximumExecutionTimeoutInSeconds (600 seconds)."


def test_finished_deployments_stay_finished() -> None:
    plan = plan_deployment(config(), {"live": 4})
    for phase in (Phase.COMPLETED, Phase.FAILED):
        done = State(phase=phase)
        assert decide(plan, done, at(5, "ALARM")) is done


def test_without_a_configuration_traffic_moves_at_once_and_nothing_bakes() -> None:
    plan = plan_deployment({}, {"live": 1})
    assert [state.phase for state in play(plan, [at(1), at(1)])] == [Phase.BAKING, Phase.COMPLETED]


def test_all_at_once_bakes_full_capacity() -> None:
    plan = plan_deployment(config("ALL_AT_ONCE"), {"live": 1})
    assert [(stage.active["live"], stage.bake_seconds) for stage in plan.stages] == [(1, 60.0), (1, 30.0)]


def test_linear_steps_add_up_to_the_whole_fleet() -> None:
    plan = plan_deployment(config("LINEAR"), {"live": 3})
    assert [stage.active["live"] for stage in plan.stages] == [1, 2, 3]


def test_guardrails_do_not_reach_inf1_instances() -> None:
    assert guarded(config(), ["ml.m5.large", "ml.inf2.xlarge"]) == config()
    assert guarded(config(), ["ml.inf1.xlarge"]) == {}


@pytest.mark.parametrize(("percent", "count", "instances"), [(50, 2, 1), (25, 4, 1), (10, 2, 1), (25, 10, 2)])
def test_a_share_of_instances_is_rounded_down_but_never_to_none(percent: int, count: int, instances: int) -> None:
    assert capacity_instances({"Type": "CAPACITY_PERCENT", "Value": percent}, count) == instances


def test_a_stage_describes_itself_as_aws_does() -> None:
    stage = Stage(
        launch={"live": 2},
        active={"live": 1},
        keep={"live": 2},
        capacity="canary",
        bake_seconds=600,
        wait_name="WaitIntervalInSeconds",
    )
    assert stage.message("live") == (
        "Baking for 600 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s)."
    )
