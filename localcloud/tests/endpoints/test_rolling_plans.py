from typing import Any

import pytest

from localcloud.sagemaker.endpoints.deployment import Observed, Phase, Plan, State, decide
from localcloud.sagemaker.endpoints.plans import plan_deployment, plan_rollback


def config(batch: int = 1, *, wait: int = 60, **policy: Any) -> Any:
    return {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": batch},
            "WaitIntervalInSeconds": wait,
            **policy,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "slow"}]},
    }


def rows(plan: Plan) -> list[tuple[int, int, int]]:
    """Each stage's instances: launched and active of the rising side, kept of the falling one."""
    return [(stage.launch["live"], stage.active["live"], stage.keep["live"]) for stage in plan.stages]


def rolling(count: int = 4, old: int = 4, batch: int = 1, **policy: Any) -> Plan:
    return plan_deployment(config(batch, **policy), {"live": count}, {"live": old})


def at(elapsed: float, alarm: str = "OK", *, launched: bool = True) -> Observed:
    return Observed(elapsed=elapsed, launched=launched, alarms={"slow": alarm})


def test_each_batch_launches_takes_traffic_and_lets_as_much_of_the_old_fleet_go() -> None:
    plan = rolling()
    assert rows(plan) == [(1, 1, 3), (2, 2, 2), (3, 3, 1), (4, 4, 0)]
    assert {(stage.bake_seconds, stage.wait_name) for stage in plan.stages} == {(60.0, "WaitIntervalInSeconds")}
    assert [stage.capacity for stage in plan.stages] == ["partial", "partial", "partial", "full"]


@pytest.mark.parametrize(
    ("count", "old", "batch", "expected"),
    [
        (5, 5, 2, [(2, 2, 3), (4, 4, 1), (5, 5, 0)]),
        (4, 2, 1, [(1, 1, 2), (2, 2, 1), (3, 3, 1), (4, 4, 0)]),
        (2, 4, 1, [(1, 1, 2), (2, 2, 0)]),
        (2, 0, 1, [(1, 1, 0), (2, 2, 0)]),
    ],
)
def test_capacity_never_falls_below_the_traffic_of_a_side(
    count: int, old: int, batch: int, expected: list[tuple[int, int, int]]
) -> None:
    assert rows(rolling(count, old, batch)) == expected


def test_every_batch_is_launched_then_baked_before_the_next() -> None:
    plan, state = rolling(2, 2), State()
    phases = []
    for seen in (
        at(5, launched=False),
        at(10),
        at(69),
        at(70),
        at(71, launched=False),
        at(80),
        at(139),
        at(140),
    ):
        state = decide(plan, state, seen)
        phases.append((state.phase, state.stage))
    assert phases == [
        (Phase.LAUNCHING, 0),
        (Phase.BAKING, 0),
        (Phase.BAKING, 0),
        (Phase.LAUNCHING, 1),
        (Phase.LAUNCHING, 1),
        (Phase.BAKING, 1),
        (Phase.BAKING, 1),
        (Phase.COMPLETED, 1),
    ]


def test_an_alarm_counts_while_a_later_batch_launches_because_the_earlier_ones_serve() -> None:
    launching = State(phase=Phase.LAUNCHING, stage=1)
    assert decide(rolling(), launching, at(5, "ALARM", launched=False)).phase is Phase.FAILED
    assert decide(rolling(), State(), at(5, "ALARM", launched=False)).phase is Phase.LAUNCHING


def test_a_batch_that_cannot_start_fails_the_deployment() -> None:
    seen = Observed(elapsed=5, launched=False, launch_failure="no ping", alarms={"slow": "OK"})
    state = decide(rolling(), State(phase=Phase.LAUNCHING, stage=2), seen)
    assert (state.phase, state.reason) == (Phase.FAILED, "no ping")


def test_a_rolling_update_past_its_time_fails() -> None:
    plan = rolling(MaximumExecutionTimeoutInSeconds=600)
    state = decide(plan, State(phase=Phase.BAKING, stage=1, since=600), at(601))
    assert state.reason == "The deployment exceeded MaximumExecutionTimeoutInSeconds (600 seconds)."


def test_a_rollback_brings_the_whole_old_fleet_back_at_once_by_default() -> None:
    assert rows(plan_rollback(rolling(), {"live": 2}, {"live": 3})) == [(4, 4, 0)]


def test_a_rollback_goes_back_by_its_own_batches() -> None:
    plan = rolling(RollbackMaximumBatchSize={"Type": "CAPACITY_PERCENT", "Value": 25})
    assert rows(plan_rollback(plan, {"live": 1}, {"live": 4})) == [(2, 2, 2), (3, 3, 1), (4, 4, 0)]


def test_a_rollback_before_the_old_fleet_lost_anything_is_one_step() -> None:
    plan = rolling(RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 1})
    assert rows(plan_rollback(plan, {"live": 4}, {"live": 1})) == [(4, 4, 0)]


def test_a_rollback_keeps_no_more_of_the_new_fleet_than_there_is() -> None:
    plan = rolling(RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 1})
    assert rows(plan_rollback(plan, {"live": 1}, {"live": 1})) == [(2, 2, 1), (3, 3, 1), (4, 4, 0)]


def test_a_rollback_heeds_neither_alarms_nor_the_limit_of_time_but_can_fail() -> None:
    back = plan_rollback(rolling(), {"live": 2}, {"live": 2})
    assert decide(back, State(), at(99_999, "ALARM", launched=False)).phase is Phase.LAUNCHING
    assert decide(back, State(), at(99_999, "ALARM")).phase is Phase.BAKING
    failed = decide(back, State(), Observed(elapsed=1, launched=False, launch_failure="gone"))
    assert (failed.phase, failed.reason) == (Phase.FAILED, "gone")


def test_the_rollback_of_a_blue_green_update_gives_all_traffic_back_in_one_step() -> None:
    plan = plan_deployment({}, {"live": 3}, {"live": 2})
    assert rows(plan_rollback(plan, {"live": 2}, {"live": 3})) == [(2, 2, 0)]
