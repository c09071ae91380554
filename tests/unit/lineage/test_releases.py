from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from trainyard.lineage.releases import parts


@dataclass(frozen=True)
class Release:
    """As much of a release's record as its part in a lineage takes."""

    plan: Any
    status: str = "succeeded"
    started: str = "2026-03-01T10:00:00+00:00"
    finished: str = ""
    progress: Any = field(default_factory=lambda: SimpleNamespace(reason="", tripped=()))


def release(number: int, arn: str, **more: Any) -> Release:
    plan = SimpleNamespace(release_id=f"release#{number}", model_package_arn=arn, kind="start", started_by="ada")
    return Release(plan=plan, finished=f"2026-03-0{number}T11:00:00+00:00", **more)


def test_a_version_is_live_until_the_next_release_that_succeeds() -> None:
    alarm = SimpleNamespace(name="errors")
    undone = SimpleNamespace(reason="alarm errors tripped", tripped=(alarm,))
    newest_first = [
        release(4, "one"),
        release(3, "two"),
        release(2, "two", status="rolled_back", progress=undone),
        release(1, "one"),
    ]
    again, first = parts(newest_first, "one")
    assert (first["live since"], first["live until"]) == ("2026-03-01T11:00:00+00:00", "2026-03-03T11:00:00+00:00")
    assert (again["live since"], again["live until"]) == ("2026-03-04T11:00:00+00:00", None)
    _, failed = parts(newest_first, "two")
    assert (failed["status"], failed["live since"], failed["live until"]) == ("rolled_back", None, None)
    assert (failed["reason"], failed["alarms"]) == ("alarm errors tripped", ["errors"])


def test_a_version_that_nobody_released_took_no_part() -> None:
    assert parts([release(1, "one")], "other") == []
