"""What becomes of the environment when something goes wrong on the way."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from trainyard.errors import TrainyardError, UsageError
from trainyard.verify_aws import verification as module
from trainyard.verify_aws.verification import Verification

CALLER = ("444444444444", "us-east-1")
STACK = {"config": {"trainyard:services": [{"name": "shop"}]}}


class Told(Verification):
    """A verification whose commands are a script, and whose removal is counted."""

    removals = 0
    caller = CALLER  # type: ignore[assignment]

    def _take_away(self) -> bool:
        self.removals += 1
        self.place.close()
        return True

    def _variables(self) -> dict[str, str]:
        return {}

    def carry_out(self) -> bool:
        return self._carry_out(STACK)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    (tmp_path / "Pulumi.yaml").write_text("name: trainyard\n")
    made = Told(tmp_path, Console(quiet=True), tmp_path / "none", confirm=lambda _: True)
    made.place.open(*CALLER, STACK)
    return made


def steps(monkeypatch: pytest.MonkeyPatch, *, second: Any) -> None:
    def fail() -> None:
        if second:
            raise second

    monkeypatch.setattr(module, "Steps", lambda *_: [("first", lambda: None), ("second", fail)])


def test_after_success_it_is_taken_away(told: Told, monkeypatch: pytest.MonkeyPatch):
    steps(monkeypatch, second=None)
    assert told.carry_out()
    assert told.removals == 1
    assert told.facts.keys() >= {"first_seconds", "second_seconds"}


@pytest.mark.parametrize("error", [TrainyardError("broken"), ValueError("unforeseen"), KeyboardInterrupt()])
def test_after_a_failed_step_or_ctrl_c_it_is_taken_away_and_counts_as_failed(
    told: Told, monkeypatch: pytest.MonkeyPatch, error: BaseException
):
    steps(monkeypatch, second=error)
    assert not told.carry_out()
    assert told.removals == 1
    assert told.facts["failed_step"] == "second"


def test_keep_leaves_it_standing_only_if_all_succeeded(told: Told, monkeypatch: pytest.MonkeyPatch):
    told.keep = True
    steps(monkeypatch, second=None)
    assert told.carry_out()
    assert told.removals == 0
    steps(monkeypatch, second=TrainyardError("broken"))
    assert not told.carry_out()
    assert told.removals == 1


def test_one_in_another_account_is_not_touched_and_named(told: Told):
    told.place.open("555555555555", "us-east-1", STACK)
    with pytest.raises(UsageError, match=r"not taken away: in account 555555555555.*--clean-up"):
        told.clean_up()
    assert told.removals == 0


def test_a_second_ctrl_c_says_that_something_is_left(told: Told, monkeypatch: pytest.MonkeyPatch):
    def interrupted() -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(told, "_take_away", interrupted)
    assert not told.clean_up()
    assert told.place.open_for() == CALLER


def test_a_machine_that_cannot_build_images_learns_it_before_anything_is_created(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    def none() -> None:
        raise UsageError("No program that builds containers works here")

    told.place.close()
    monkeypatch.delenv("LOCALCLOUD_ENDPOINT", raising=False)
    monkeypatch.setattr(module, "find_builder", none)
    with pytest.raises(UsageError, match="No program that builds"):
        told.run()
    assert told.place.open_for() is None
    assert "environment_created" not in told.facts
