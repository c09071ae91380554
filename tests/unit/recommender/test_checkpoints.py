import re
from pathlib import Path

import pytest

from recommender.errors import BadCheckpoint
from recommender.ranking.blocks import Progress
from recommender.ranking.checkpoints import Checkpoints
from recommender.ranking.course import Resumable
from recommender.ranking.interruption import Interrupted, Interruption


def _progress(rounds: int) -> Progress:
    return Progress(rounds=rounds, model=b"trees\nof %d" % rounds, losses={"validation_logloss": (0.1 + 0.2, 1 / 3)})


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(folder=tmp_path, identity="a" * 64)


def test_a_checkpoint_comes_back_to_the_last_bit(checkpoints: Checkpoints) -> None:
    checkpoints.save("general", _progress(20))
    assert checkpoints.load("general") == _progress(20)


def test_training_begins_anew_where_there_is_none_of_the_booster(checkpoints: Checkpoints) -> None:
    checkpoints.save("general", _progress(20))
    assert checkpoints.load("discovery") == Progress()


def test_the_newest_two_of_each_booster_are_kept(checkpoints: Checkpoints) -> None:
    for rounds in (980, 1000, 1020):
        checkpoints.save("general", _progress(rounds))
    checkpoints.save("discovery", _progress(20))
    assert sorted(path.name for path in checkpoints.folder.iterdir()) == [
        "discovery-000020.checkpoint",
        "general-001000.checkpoint",
        "general-001020.checkpoint",
    ]
    assert checkpoints.load("general").rounds == 1020


@pytest.mark.parametrize("keep", [0, 10, -1])
def test_a_checkpoint_that_was_cut_off_is_left_out_for_the_one_before(
    checkpoints: Checkpoints, keep: int, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoints.save("general", _progress(20))
    checkpoints.save("general", _progress(40))
    newest = checkpoints.folder / "general-000040.checkpoint"
    newest.write_bytes(newest.read_bytes()[:keep])
    assert checkpoints.load("general") == _progress(20)
    assert capsys.readouterr().out == "general-000040.checkpoint is damaged and is left out\n"


def test_a_checkpoint_of_another_training_is_refused(checkpoints: Checkpoints) -> None:
    checkpoints.save("general", _progress(20))
    other = Checkpoints(folder=checkpoints.folder, identity="b" * 64)
    with pytest.raises(
        BadCheckpoint, match=re.escape("is of another training (aaaaaaaaaaaa, this one is bbbbbbbbbbbb")
    ):
        other.load("general")


def test_a_training_that_is_asked_to_end_keeps_its_block_first(checkpoints: Checkpoints) -> None:
    interruption = Interruption()
    course = Resumable(booster="general", checkpoints=checkpoints, interruption=interruption)
    course.after_block(_progress(20))
    interruption._asked.set()
    with pytest.raises(Interrupted, match="general: interrupted after 40 rounds, which are kept"):
        course.after_block(_progress(40))
    assert course.begin() == _progress(40)
