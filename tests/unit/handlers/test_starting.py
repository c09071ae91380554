"""What an approval begins, and what it does not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.handlers.test_driving import finish, tick
from tests.unit.release.control_plane import Faults, refusal
from tests.unit.release.plans import GOLDEN, PACKAGE
from tests.unit.release.scenarios import SCENARIOS, Run
from tests.unit.release.test_prepare import PLATFORM, SERVICE
from trainyard.handlers import starting
from trainyard.handlers.starting import Start, decisive, start_approved
from trainyard.release.record import Approval, Record

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SHOP = SERVICE.model_copy(update={"release_on_approval": True, "approvals_required": 1})
FIRST = Approval(
    approved_by="Ada", person="ada", reason="good", model_package_arn=PACKAGE, at="2026-11-24T08:00:00+00:00"
)
SECOND = replace(FIRST, person="grace", at="2026-11-24T08:30:00+00:00")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A world in which nothing is open, and version 3 waits with one approval."""
    monkeypatch.setattr("trainyard.release.prepare.load_golden", lambda service, path: GOLDEN)
    made = Run(SCENARIOS[0], Faults())
    made.table.records, made.table.lock = {}, None
    made.table.given = {"3": (FIRST,)}
    made.world.packages = {PACKAGE: "Approved"}
    return made


def start(run: Run, service: Any = SHOP, arn: str = PACKAGE) -> Start:
    return start_approved(arn, PLATFORM, [service], run.world.clients(run.faults), run.table, NOW)  # type: ignore[arg-type]


def test_an_approval_begins_the_release_of_its_version_and_says_so(run: Run) -> None:
    begun = start(run)
    assert begun.release_id.startswith("release#20261124T080000Z-")
    (record,) = run.table.records.values()
    assert (record.plan.version, record.plan.kind, record.plan.started_by) == ("3", "model", "approval of version 3")
    assert record.plan.strategy == SHOP.strategy


def test_its_event_twice_begins_one_release_before_and_after_the_end(run: Run) -> None:
    begun = start(run)
    assert start(run).why_not == f"{begun.release_id} was begun before"
    run.plan = run.table.records[begun.release_id].plan
    assert finish(run).status == "succeeded"
    assert start(run).release_id == ""
    assert len(run.table.records) == 1


def test_a_version_that_failed_is_not_tried_again_by_the_same_approval(run: Run) -> None:
    run.world.starts = False
    begun = start(run)
    run.plan = run.table.records[begun.release_id].plan
    assert finish(run).status == "failed"
    assert start(run).why_not == f"{begun.release_id} was begun before"
    assert tick(run) == []


def test_where_the_dial_is_off_nothing_begins_and_nobody_is_told(run: Run) -> None:
    off = SHOP.model_copy(update={"release_on_approval": False})
    assert start(run, off).why_not == "no service releases this model on its approval"
    assert start(run, arn=PACKAGE.replace("shop-dev", "other-dev")).release_id == ""
    assert (run.table.records, run.world.published) == ({}, [])


@pytest.mark.parametrize("status", ["Rejected", "PendingManualApproval"])
def test_an_event_that_comes_late_finds_what_is(run: Run, status: str) -> None:
    run.world.packages[PACKAGE] = status
    assert start(run).why_not == "the version is not approved any more"
    run.world.packages = {}
    assert start(run).why_not == "the version is not approved any more"
    assert run.world.published == []


def test_an_approval_past_the_approval_function_is_refused_and_told(run: Run) -> None:
    run.table.given = {}
    assert "was approved without the approval function" in start(run).why_not
    (told,) = run.world.published
    assert (told["outcome"], told["version"], told["started_by"]) == ("refused", "3", "approval of version 3")
    assert run.table.records == {}


def test_the_second_of_two_people_decides(run: Run) -> None:
    two = SHOP.model_copy(update={"approvals_required": 2})
    assert start(run, two).release_id == ""
    run.table.given = {"3": (FIRST, SECOND)}
    assert start(run, two).release_id.startswith("release#20261124T083000Z-")


def test_who_decided_stays_the_same_whatever_comes_later() -> None:
    again = replace(FIRST, at="2026-11-24T09:00:00+00:00")
    other = replace(SECOND, model_package_arn="arn:other")
    assert decisive((FIRST, SECOND, again), PACKAGE, 1) == FIRST
    assert decisive((FIRST, SECOND, again), PACKAGE, 2) == SECOND
    assert decisive((FIRST, again, other), PACKAGE, 2) is None
    assert decisive((), PACKAGE, 0) is None


def test_what_the_preflight_refuses_is_told_once_and_nothing_is_begun(run: Run) -> None:
    run.world.alarms["shop-dev-5xx"] = ("ALARM", "it rings")
    assert "Alarm shop-dev-5xx is in ALARM: it rings" in start(run).why_not
    (told,) = run.world.published
    assert "it rings" in told["reason"]
    assert (run.table.records, run.table.lock) == ({}, None)


def test_another_open_release_keeps_it_out_and_is_named(run: Run) -> None:
    run.table.open(Record(plan=replace(SCENARIOS[0].plan, release_id="release#other")))
    assert "Another release of shop is open: release#other" in start(run).why_not
    assert [each["outcome"] for each in run.world.published] == ["refused"]


def test_what_is_live_already_is_not_released_again(run: Run) -> None:
    begun = start(run)
    run.plan = run.table.records[begun.release_id].plan
    assert finish(run).status == "succeeded"
    published = len(run.world.published)
    run.table.given = {"3": (replace(FIRST, at="2026-11-25T08:00:00+00:00"),)}
    assert start(run).why_not == "version 3 is live already"
    assert len(run.world.published) == published


def test_a_start_that_aws_does_not_answer_is_left_to_the_next_try(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any) -> None:
        raise refusal("ThrottlingException", "Rate exceeded")

    with monkeypatch.context() as during:
        during.setattr(starting, "describe", throttled)
        with pytest.raises(Exception, match="Rate exceeded"):
            start(run)
    assert run.table.records == {}
    assert start(run).release_id
