import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.container import Container
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import Rows, learn
from recommender.ranking.search import search
from tests.unit.recommender.synthetic import Run, hand_on, run_step

_FIXED = Hyperparameters(early_stopping=10, n_estimators=200, seed=4)


def _rows(seed: int) -> Rows:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(800, 6)).astype(np.float32)
    label = (matrix[:, 0] + random.normal(size=800) > 1).astype(np.int8)
    return Rows(matrix=matrix, label=label, group=np.repeat(np.arange(80), 10), features=tuple("abcdef"))


def test_a_search_answers_the_same_twice_and_no_worse_than_the_defaults() -> None:
    rows, judge = _rows(0), _rows(1)
    found = search(rows, judge, _FIXED, trials=8)
    assert found == search(rows, judge, _FIXED, trials=8)
    _, defaults = learn(rows, judge, _FIXED)
    assert found["trials"][0]["validation_logloss"] == defaults["validation_logloss"][-1]
    completed = [trial["validation_logloss"] for trial in found["trials"] if trial["state"] == "complete"]
    assert found["validation_logloss"] == min(completed)
    assert len(found["trials"]) == 8


def test_what_a_search_finds_trains_the_model_that_it_judged() -> None:
    found = search(_rows(0), _rows(1), _FIXED, trials=4)
    best = found["best"]
    _, losses = learn(_rows(0), _rows(1), replace(_FIXED, **{**best, "early_stopping": best["n_estimators"]}))
    assert losses["validation_logloss"][-1] == found["validation_logloss"]


def test_the_step_judges_by_the_newest_window_and_writes_every_trial(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    container = Container(root=tmp_path)
    hand_on(run.step("features").processing_output("features"), container.training_channel("features"))
    assert run_step(container, "tune", "--trials", "2") == 0
    written = json.loads((container.model / "hyperparameters.json").read_text())
    assert [trial["number"] for trial in written["trials"]] == [0, 1]
    assert "trials=2;" in capsys.readouterr().out
    Hyperparameters.parse({name: str(value) for name, value in written["best"].items()})


def test_a_search_by_losses_that_do_not_compare_is_refused(tmp_path: Path) -> None:
    container = Container(root=tmp_path)
    config = tmp_path / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text('{"objective": "rank:ndcg"}')
    assert run_step(container, "tune") == 1
    assert "which objective rank:ndcg does not have" in (tmp_path / "output" / "failure").read_text()
