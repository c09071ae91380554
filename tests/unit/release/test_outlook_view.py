import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from stacks.outputs import Strategy, StrategyType
from tests.unit.release.control_plane import Faults, Table, World
from tests.unit.release.plans import plan
from trainyard.release.begin import look
from trainyard.release.outlook_view import duration, outlook_table, traffic


def strategy(kind: StrategyType) -> Strategy:
    shares = {"canary_percent": 20, "linear_percent": 25, "rolling_percent": 25}
    return Strategy(type=kind, bake_seconds=120, timeout_seconds=1800, **shares)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "told", "least"),
    [
        ("all_at_once", "all at once, 8 instances, then 120 s", "2 min"),
        ("canary", "canary: 20 % of 8 instances, 120 s, then all, 120 s", "4 min"),
        ("linear", "linear: 2, 4, 6, 8 of 8 instances (4 steps, both fleets side by side), 120 s each", "8 min"),
        (
            "rolling",
            "rolling: 2, 4, 6, 8 of 8 instances (4 batches, one beside the fleet at a time), 120 s each",
            "8 min",
        ),
    ],
)
def test_a_plan_tells_its_steps_its_waits_and_its_limit(kind: StrategyType, told: str, least: str) -> None:
    assert traffic(strategy(kind), 8) == told
    expected = f"at least {least} of watching and the instances' start; after 30 min it is rolled back"
    assert duration(strategy(kind), 8) == expected


def shown(world: World, **changes: Any) -> str:
    outlook = look(plan(**changes), world.clients(Faults()), Table(), lambda: 0.0)  # type: ignore[arg-type]
    console = Console(width=200, file=io.StringIO())
    with console.capture() as captured:
        console.print(outlook_table(outlook))
    return captured.get()


def test_the_quota_is_compared_where_it_is_known_and_its_absence_is_said() -> None:
    assert "5 ml.m5.large at once, of 100 that the account may have behind all of its endpoints" in shown(World())
    assert "5 ml.m5.large at once; not checked: Service Quotas did not answer" in shown(World(quota=None))


def test_another_instance_type_and_what_it_does_to_scaling_are_told_before_it_happens() -> None:
    c5 = replace(plan().fleet, instance_type="ml.c5.large")
    assert "ml.m5.large -> ml.c5.large; autoscaling is off during the update" in shown(World(), fleet=c5)
    assert "autoscaling" not in shown(World())
