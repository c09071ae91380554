import json
import stat
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from trainyard.errors import TrainyardError
from trainyard.image import ImageRequest, push_folders

REPOSITORY = "000000000001.dkr.ecr.eu-west-1.amazonaws.com/trainyard/recommender"
REQUEST = ImageRequest(
    service="recommender",
    repository_url=REPOSITORY,
    entrypoint=["python", "-m", "recommender"],
    kinds=["training", "serving"],
)


def stand_in(folder: Path, body: str) -> str:
    """Write a command that takes localcloud's place and notes its arguments, a line a call."""
    path = folder / "localcloud"
    note = folder / "arguments.jsonl"
    path.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"open({str(note)!r}, 'a').write(json.dumps(sys.argv[1:]) + chr(10))\n{body}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def calls(folder: Path) -> list[list[str]]:
    return [json.loads(line) for line in (folder / "arguments.jsonl").read_text().splitlines()]


@pytest.fixture
def local_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    command = stand_in(tmp_path, f"print('{REPOSITORY}@sha256:1')")
    monkeypatch.setattr("trainyard.image.local_cloud.executable", lambda: command)
    monkeypatch.setenv("LOCALCLOUD_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_local_cloud_is_handed_folders_and_entrypoint_under_a_tag_of_each_kind(local_shell: Path) -> None:
    pushed = push_folders(REQUEST)
    assert [one.kind for one in pushed] == ["training", "serving"]
    assert {one.uri for one in pushed} == {f"{REPOSITORY}@sha256:1"}
    given = [dict(pairwise(call)) for call in calls(local_shell)]
    assert [call["--tag"] for call in given] == [one.tag for one in pushed]
    contents = {one.tag.removeprefix(f"{one.kind}-") for one in pushed}
    assert len(contents) == 1
    assert {call["--home"] for call in given} == {str(local_shell / "home")}
    assert {call["--entrypoint"] for call in given} == {'["python", "-m", "recommender"]'}
    assert [call.count("--source") for call in calls(local_shell)] == [2, 2]


def test_a_tag_that_is_chosen_takes_the_place_of_the_kinds(local_shell: Path) -> None:
    (pushed,) = push_folders(replace(REQUEST, tag="slow"))
    assert (pushed.kind, pushed.tag) == ("", "slow")


def test_a_refusal_of_the_local_cloud_is_passed_on(local_shell: Path) -> None:
    stand_in(local_shell, "sys.exit('Error: There is no repository trainyard/recommender')")
    with pytest.raises(TrainyardError) as caught:
        push_folders(REQUEST)
    assert caught.value.what == "There is no repository trainyard/recommender"
