"""What is recorded, where it goes, and that no tracker costs a step more than its deadline."""

import json
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recommender.errors import RecommenderError
from recommender.tracking import Dataset, Record, origin, send
from recommender.tracking.choice import chosen, tracker
from recommender.tracking.record import read
from recommender.tracking.sending import send_kept
from tests.unit.recommender.synthetic import Run, hand_on, run_step

ASKED = {
    "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
    "TRACKING_RUN": "run-1",
    "TRACKING_EXPERIMENT": "recommender-dev",
    "TRACKING_CODE_COMMIT": "c0ffee",
    "TRACKING_ORDERS_URI": "s3://raw/orders",
}


@dataclass
class Heard:
    """A tracker that writes down what it is told."""

    address: str = "here"
    told: list[tuple[object, ...]] = field(default_factory=list)

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str]) -> Generator["Heard", None, None]:
        self.told.append(("run", name, dict(tags)))
        yield self

    def parameters(self, values: Mapping[str, str]) -> None:
        self.told.append(("parameters", dict(values)))

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        self.told.append(("metrics", dict(values), step))

    def artifact(self, path: Path) -> None:
        self.told.append(("artifact", path.read_text()))

    def dataset(self, name: str, digest: str, source: str) -> None:
        self.told.append(("dataset", name, digest, source))


def whole(folder: Path) -> Record:
    (folder / "model.json").write_text("{}")
    return Record(
        parameters={"max_depth": 4},
        metrics={"rows": 10},
        series={"loss": [0.5, 0.25], "shorter": [1.0]},
        artifacts=[folder / "model.json"],
        dataset=Dataset(name="orders", digest="ab" * 32),
    )


TOLD = [
    ("run", "run-1", {"code_commit": "c0ffee", "orders_uri": "s3://raw/orders"}),
    ("parameters", {"max_depth": "4"}),
    ("metrics", {"rows": 10}, 0),
    ("metrics", {"loss": 0.5, "shorter": 1.0}, 0),
    ("metrics", {"loss": 0.25}, 1),
    ("dataset", "orders", "ab" * 32, "s3://raw/orders"),
    ("artifact", "{}"),
]


def test_a_tracker_is_told_all_of_it_under_the_pipeline_runs_name(tmp_path: Path) -> None:
    heard = Heard()
    assert send(lambda: whole(tmp_path), tmp_path / "kept", ASKED, choose=lambda *_: heard)
    assert heard.told == TOLD
    assert not (tmp_path / "kept").exists()


def test_what_a_tracker_refuses_is_kept_and_sent_whole_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def down(*_: object) -> None:
        raise ConnectionError("nobody\nlistens")

    assert not send(lambda: whole(tmp_path), tmp_path / "tracking", ASKED, choose=down)
    assert capsys.readouterr().err == (
        "tracking: http://127.0.0.1:9 did not take the run run-1: ConnectionError: nobody listens. The step goes on; "
        "what it recorded is in tracking/ of its output, and `python -m recommender track tracking` sends it later\n"
    )
    (tmp_path / "model.json").unlink()  # the job is long gone; its output holds the files too
    heard = Heard()
    send_kept(tmp_path / "tracking", {"MLFLOW_TRACKING_URI": "http://up"}, choose=lambda *_: heard)
    assert heard.told == TOLD


def test_a_tracker_that_never_answers_is_left_behind_at_the_deadline(tmp_path: Path) -> None:
    forever = threading.Event()

    class Silent(Heard):
        def parameters(self, values: Mapping[str, str]) -> None:
            forever.wait(30)

    assert not send(
        lambda: whole(tmp_path), tmp_path / "kept", ASKED, choose=lambda *_: Silent(), deadline_seconds=0.05
    )
    forever.set()
    assert read(tmp_path / "kept")[0] == "run-1"


def test_even_a_client_that_ends_the_program_does_not_end_the_step(tmp_path: Path) -> None:
    assert not send(lambda: whole(tmp_path), tmp_path / "kept", ASKED, choose=lambda *_: sys.exit(3))


def test_with_no_tracker_named_nothing_is_gathered_imported_or_written(tmp_path: Path) -> None:
    def never() -> Record:
        raise AssertionError("gathered for nobody")

    assert send(never, tmp_path / "kept", {})
    assert tracker({}, "recommender") is None
    assert not list(tmp_path.iterdir())


def test_mlflow_goes_before_weights_and_biases() -> None:
    assert chosen({"WANDB_PROJECT": "a", "MLFLOW_TRACKING_URI": "b"}) == "MLFLOW_TRACKING_URI"
    assert chosen({"WANDB_PROJECT": "a", "MLFLOW_TRACKING_URI": ""}) == "WANDB_PROJECT"


def test_the_origin_carries_the_hash_of_the_images_lock(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==2\n")
    found = origin({**ASKED, "TRACKING_IMAGE": "repo@sha256:1"}, lock)
    assert found.tags == {
        "code_commit": "c0ffee",
        "image": "repo@sha256:1",
        "orders_uri": "s3://raw/orders",
        "lock_sha256": "fd093a05d7bdc038841c0e712a3e501167d42625324203cf2b2b541ee37e4acd",
    }
    assert origin({}, tmp_path / "none").run == "by-hand"


def test_a_folder_without_a_record_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecommenderError, match=r"tracking\.json cannot be read .* Unpack the job's output there first"):
        send_kept(tmp_path, ASKED, choose=lambda *_: Heard())


def test_sending_to_nobody_names_the_variables(tmp_path: Path) -> None:
    with pytest.raises(RecommenderError, match="set MLFLOW_TRACKING_URI or WANDB_PROJECT"):
        send_kept(tmp_path, {})


@pytest.fixture
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Trains and evaluates with a tracker whose package is missing."""
    monkeypatch.setitem(sys.modules, "mlflow", None)
    for name, value in ASKED.items():
        monkeypatch.setenv(name, value)
    return lambda: None


def test_training_and_evaluation_go_on_without_their_tracker_and_keep_the_record(
    run: Run, nobody_listens: Callable[[], None]
) -> None:
    again = run.step("train-untracked")
    configuration = again.root / "input" / "config"
    configuration.mkdir(parents=True)
    (configuration / "hyperparameters.json").write_text(json.dumps({"n_estimators": "30", "seed": "1"}))
    hand_on(run.step("features").processing_output("features"), again.training_channel("features"))
    assert run_step(again, "train") == 0
    name, tags, record = read(again.training_output / "tracking")
    assert (name, tags["code_commit"]) == ("run-1", "c0ffee")
    assert record.parameters["n_estimators"] == 30
    assert "feature.candidates" in record.parameters
    assert {name: len(values) for name, values in record.series.items()} == {
        "train_logloss": 30,
        "discovery_train_logloss": 30,
    }
    assert record.metrics["trees"] == 30
    assert record.dataset is not None
    assert record.dataset.digest == run.read("ingest", "snapshot", "snapshot.json")["data_hash"]
    assert [path.name for path in record.artifacts] == ["model.json"]
    for file in again.model.rglob("*"):  # the archive is the same with and without a tracker
        if file.is_file():
            assert file.read_bytes() == (run.step("train").model / file.relative_to(again.model)).read_bytes()
