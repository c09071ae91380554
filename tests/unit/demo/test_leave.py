from pathlib import Path
from typing import Any

import pytest

from trainyard.demo import leave
from trainyard.demo.leave import MARK, begin_anew
from trainyard.errors import UsageError
from trainyard.local.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_what_somebody_else_made_is_left_alone(workspace: Workspace):
    workspace.cloud.mkdir(parents=True)
    with pytest.raises(UsageError, match="in use, and not by a demonstration"):
        begin_anew(workspace, lambda line: None)
    assert workspace.cloud.exists()


def test_an_earlier_story_makes_room_and_its_orders_stay(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    stopped: list[Any] = []
    monkeypatch.setattr(leave.localcloud, "call", lambda home, arguments: stopped.append(arguments))
    for folder in (workspace.cloud, workspace.engine_state, workspace.root / "orders"):
        folder.mkdir(parents=True)
    (workspace.root / MARK).touch()
    begin_anew(workspace, lambda line: None)
    assert stopped == [["stop"]]
    assert sorted(path.name for path in workspace.root.iterdir()) == ["orders", MARK]


def test_the_first_story_leaves_its_mark(workspace: Workspace):
    begin_anew(workspace, lambda line: None)
    assert (workspace.root / MARK).exists()
