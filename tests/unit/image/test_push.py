import json
import stat
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from trainyard.errors import TrainyardError, UsageError
from trainyard.image import ImageRequest, push

REPOSITORY = "000000000001.dkr.ecr.eu-west-1.amazonaws.com/trainyard/recommender"
REQUEST = ImageRequest(service="recommender", repository_url=REPOSITORY, entrypoint=["python", "-m", "recommender"])


def stand_in(folder: Path, body: str) -> str:
    """Write a command that takes localcloud's place and notes its arguments."""
    path = folder / "localcloud"
    note = folder / "arguments.json"
    path.write_text(
        f"#!{sys.executable}\nimport json, sys\njson.dump(sys.argv[1:], open({str(note)!r}, 'w'))\n{body}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def local_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCALCLOUD_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("LOCALCLOUD_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_local_cloud_is_handed_folders_entrypoint_and_a_tag_of_the_content(
    local_shell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = stand_in(local_shell, f"print('{REPOSITORY}@sha256:1')")
    monkeypatch.setattr("trainyard.image.pushing.executable", lambda: command)
    assert push(REQUEST) == f"{REPOSITORY}@sha256:1"
    arguments = json.loads((local_shell / "arguments.json").read_text())
    given = dict(pairwise(arguments))
    assert given["--home"] == str(local_shell / "home")
    assert given["--repository-uri"] == REPOSITORY
    assert json.loads(given["--entrypoint"]) == ["python", "-m", "recommender"]
    assert given["--tag"].startswith("content-")
    assert arguments.count("--source") == 2


def test_a_refusal_of_the_local_cloud_is_passed_on(local_shell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = stand_in(local_shell, "sys.exit('Error: There is no repository trainyard/recommender')")
    monkeypatch.setattr("trainyard.image.pushing.executable", lambda: command)
    with pytest.raises(TrainyardError) as caught:
        push(REQUEST)
    assert caught.value.what == "There is no repository trainyard/recommender"


def test_a_shell_that_speaks_to_aws_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALCLOUD_ENDPOINT", raising=False)
    with pytest.raises(UsageError, match="images are containers, which this command does not build"):
        push(REQUEST)
