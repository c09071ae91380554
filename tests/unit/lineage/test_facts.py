import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from trainyard.lineage import Sources, lineage, show_lineage
from trainyard.registry import ModelVersion
from trainyard.release.record import Approval

ARN = "arn:aws:sagemaker:eu-west-1:000000000001:model-package/recommender-dev/3"


def version(**metadata: str) -> ModelVersion:
    return ModelVersion(
        version=3,
        arn=ARN,
        created=datetime(2026, 3, 1, tzinfo=UTC),
        approval="Approved",
        approval_description="",
        image="",
        model_data_url="s3://artifacts/model.tar.gz",
        metadata=metadata,
    )


def sources(**found: Any) -> Sources:
    return Sources(**{"version": version(), "required": 2} | found)


def approval(person: str, arn: str = ARN) -> Approval:
    return Approval(approved_by="Ada", person=person, reason="better", model_package_arn=arn, at="2026-03-02T10:00:00")


def test_nothing_recorded_is_told_as_missing_and_never_guessed() -> None:
    found = lineage(sources())
    for section in (found.data, found.code, found.machine, found.run):
        assert set(section.values()) == {None}
    assert found.images == {"training": None, "serving": None}
    assert found.archive["state"] == "gone"
    assert json.loads(json.dumps(found.document()))["data"]["hash"] is None


def test_the_record_that_the_data_was_held_to_is_named_as_the_run_was_given_it() -> None:
    run = {"parameters": {"AcceptedUri": "s3://artifacts/recommender/runs/1/accepted"}}
    assert lineage(sources(run=run)).data["held to"] == "s3://artifacts/recommender/runs/1/accepted"


@pytest.mark.parametrize(
    ("commit", "code"),
    [
        ("c0ffee", ("c0ffee", "clean")),
        ("c0ffee-dirty", ("c0ffee", "changes that no commit has")),
        ("unknown", (None, None)),
    ],
)
def test_a_commit_tells_whether_its_tree_was_clean(commit: str, code: tuple[str | None, str | None]) -> None:
    found = lineage(sources(version=version(code_commit=commit))).code
    assert (found["commit"], found["tree"]) == code


@pytest.mark.parametrize(
    ("recorded", "now", "state"),
    [
        ("a", "a", "as registered"),
        ("a", "b", "CHANGED since it was registered"),
        ("", "b", "not to be told: no hash was recorded"),
        ("a", "", "gone"),
    ],
)
def test_an_archive_that_is_not_the_registered_one_is_flagged(recorded: str, now: str, state: str) -> None:
    metadata = {"archive_sha256": recorded} if recorded else {}
    assert lineage(sources(version=version(**metadata), archive_sha256=now)).archive["state"] == state


def test_two_approvals_are_two_people_only_when_aws_knows_them_as_two() -> None:
    one = lineage(sources(approvals=[approval("arn:1"), approval("arn:1")])).people
    two = lineage(sources(approvals=[approval("arn:1"), approval("arn:2")])).people
    other = lineage(sources(approvals=[approval("arn:1"), approval("arn:2", arn="another package")])).people
    assert [(each["people"], each["two people"]) for each in (one, two, other)] == [(1, False), (2, True), (1, False)]
    assert two["approved by"][1] == {"name": "Ada", "person": "arn:2", "reason": "better", "at": "2026-03-02T10:00:00"}


def test_packages_have_one_hash_whatever_their_order() -> None:
    def machine(packages: dict[str, str]) -> dict[str, Any]:
        return lineage(sources(environment={"threads": 2, "packages": packages})).machine

    one, other = machine({"numpy": "2", "duckdb": "1"}), machine({"duckdb": "1", "numpy": "2"})
    assert (one["packages"], one["threads"], one["packages sha256"]) == (2, 2, other["packages sha256"])
    assert machine({"numpy": "2", "duckdb": "2"})["packages sha256"] != one["packages sha256"]


def test_the_five_questions_are_answered_on_one_screen() -> None:
    metadata = {
        "data_hash": "d1",
        "code_commit": "c0ffee",
        "image": "shop@sha256:1",
        "started_by": "arn:aws:iam::000000000001:user/ada",
        "map_at_10": "0.31",
        "gate_rule": "ratio-to-champion",
    }
    evaluation = {"customers": 7, "models": {"challenger": {"map_at_10": 0.31, "ndcg_at_10": 0.4}}, "slices": []}
    found = lineage(sources(version=version(**metadata), evaluation=evaluation, approvals=[approval("arn:1")]))
    out = Console(width=160, file=io.StringIO(), record=True)
    show_lineage("recommender, version 3", found, out)
    text = out.export_text()
    for told in ("d1", "c0ffee", "shop@sha256:1", "user/ada", "Ada (arn:1): better", "0.31000", "0.40000"):
        assert told in text
    assert "by 1 of 2 people" in text
    assert "not recorded" in text
