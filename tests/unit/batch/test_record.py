import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import typer
from rich.console import Console

from tests.unit.batch.plans import batch
from trainyard.batch.follow import finish, watch
from trainyard.batch.job import JobState
from trainyard.batch.record import from_item, record_of, to_item
from trainyard.batch.start import Clients
from trainyard.batch.view import batch_table, batches_table, document, show_states
from trainyard.cli import batch as cli
from trainyard.errors import TrainyardError

PLAN = batch()
RECORD = record_of(PLAN, PLAN.job(2), job_arn="arn", at=datetime(2026, 11, 25, tzinfo=UTC), by="ana")


def test_a_record_is_the_same_after_the_table_and_in_its_manifest() -> None:
    for record in (RECORD, replace(RECORD, output_sha256="5ca1ab1e")):
        assert from_item(to_item(record)) == record
        assert json.loads(record.manifest()) == asdict(record)


def test_a_record_names_model_data_image_list_and_person() -> None:
    told = {
        "version": "3",
        "model_package_arn": PLAN.model_package_arn,
        "data_hash": "da7a",
        "image_digest": "sha256:3",
        "input": "list.csv",
        "input_sha256": PLAN.customers.sha256,
        "customers": 2,
        "started_by": "ana",
        "started": "2026-11-25T00:00:00.000+00:00",
        "job_arn": "arn",
    }
    assert told.items() <= asdict(RECORD).items()


def test_an_image_named_by_a_tag_has_no_digest_to_vouch_for() -> None:
    tagged = batch(container=replace(PLAN.container, image="repo:1"))
    assert record_of(tagged, tagged.job(1), job_arn="a", at=datetime.now(UTC), by="b").image_digest == ""


@pytest.mark.parametrize(
    ("status", "said"), [("Failed", "The batch failed: no space"), ("Stopped", "The batch stopped")]
)
def test_a_job_that_did_not_complete_fails_the_command_with_its_reason(status: str, said: str) -> None:
    state = JobState(status=status, failure_reason="no space" if status == "Failed" else "")
    nobody: Any = None
    with pytest.raises(TrainyardError, match=said) as failed:
        finish(PLAN, RECORD, state, nobody)
    assert failed.value.exit_code == 1


class Job:
    """A job by the states that it shows, one look after the other."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)

    def describe_transform_job(self, TransformJobName: str) -> dict[str, Any]:
        return {"TransformJobStatus": self._states.pop(0)}


def test_a_job_is_followed_until_it_has_ended_and_each_change_is_told_once() -> None:
    waits, out = list[None](), Console(record=True, width=80, force_terminal=False)
    states = watch(Job("InProgress", "InProgress", "Stopping", "Stopped"), "n", lambda: waits.append(None))
    assert show_states(states, out).status == "Stopped"
    assert len(waits) == 3
    assert out.export_text().split() == ["InProgress", "Stopping", "Stopped"]


def test_a_batch_whose_job_sagemaker_no_longer_knows_is_shown_as_missing() -> None:
    assert document(RECORD, None)["status"] == "Missing"


def test_ctrl_c_stops_following_and_not_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.time, "sleep", interrupted)
    nobody: Any = None
    clients = Clients(sagemaker=Job("InProgress", "InProgress"), s3=nobody, ledger=nobody)
    with pytest.raises(typer.Exit) as left:
        cli.follow(PLAN, RECORD, clients, 1.0, json=False)
    assert left.value.exit_code == 130


def printed(table: Any) -> str:
    out = Console(record=True, width=200, force_terminal=False)
    out.print(table)
    return out.export_text()


def test_a_batch_is_shown_whole_and_says_whether_its_answers_were_checked() -> None:
    shown = printed(batch_table(RECORD, JobState(status="Completed")))
    for told in (RECORD.model_package_arn, RECORD.input_sha256, "sha256:3", RECORD.manifest_uri, "Completed"):
        assert told in shown
    assert "not checked yet" in shown
    checked = replace(RECORD, output_sha256="5ca1ab1e")
    assert "not checked" not in printed(batch_table(checked, None))


def test_batches_are_listed_a_line_each_with_who_and_how_it_ended() -> None:
    checked = replace(RECORD, name="job-1", output_sha256="5ca1ab1e0ddba11")
    lines = printed(batches_table("shop", [(checked, JobState(status="Failed")), (RECORD, None)])).splitlines()
    (first,) = (line for line in lines if "job-1" in line)
    assert all(told in first for told in ("ana", "Failed", "5ca1ab1e0ddb"))
    (second,) = (line for line in lines if RECORD.name in line)
    assert "Missing" in second
    assert "not checked" in second
