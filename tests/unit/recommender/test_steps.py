import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from recommender.features.state import FEATURES
from recommender.ranking.learn import THREADS
from tests.unit.recommender.synthetic import Run, hand_on, judge_against, run_step, train_on


def test_the_snapshot_is_known_by_the_hash_of_what_arrived(run: Run) -> None:
    arrived = run.step("ingest").processing_input("orders") / "orders.parquet"
    snapshot = run.read("ingest", "snapshot", "snapshot.json")
    assert snapshot["data_hash"] == hashlib.sha256(arrived.read_bytes()).hexdigest()
    assert set(snapshot) == {"data_hash", "rows", "customers", "first_order", "last_order"}


def test_every_document_carries_the_same_data_hash(run: Run) -> None:
    wanted = run.read("ingest", "snapshot", "snapshot.json")["data_hash"]
    assert run.read("features", "features", "features.json")["data_hash"] == wanted
    assert run.read("evaluate", "evaluation", "evaluation.json")["data_hash"] == wanted
    assert json.loads((run.step("train").model / "model.json").read_text())["data_hash"] == wanted


def test_the_model_beats_personal_frequency_on_simulated_orders(run: Run) -> None:
    models = run.read("evaluate", "evaluation", "evaluation.json")["models"]
    assert models["challenger"]["map_at_10"] > models["personal_frequency"]["map_at_10"]
    assert models["personal_frequency"]["map_at_10"] > models["popularity"]["map_at_10"]


def test_new_products_are_judged_as_well_and_better_than_by_chance(run: Run) -> None:
    models = run.read("evaluate", "evaluation", "evaluation.json")["models"]
    products = parquet.read_table(run.step("features").processing_output("features") / "products.parquet").num_rows
    assert models["challenger"]["new_map_at_10"] > 2 / products


def test_without_a_champion_its_entries_are_null(run: Run) -> None:
    evaluation = run.read("evaluate", "evaluation", "evaluation.json")
    assert evaluation["models"]["champion"] is None
    assert {one["champion"] for one in evaluation["slices"]} == {None}
    table = parquet.read_table(run.step("evaluate").processing_output("evaluation") / "per_customer.parquet")
    assert table["champion"].null_count == table.num_rows == evaluation["customers"]


def test_the_means_are_those_of_the_customers(run: Run) -> None:
    evaluation = run.read("evaluate", "evaluation", "evaluation.json")
    table = parquet.read_table(run.step("evaluate").processing_output("evaluation") / "per_customer.parquet")
    for name in ("challenger", "personal_frequency", "popularity"):
        assert np.mean(table[name].to_numpy()) == pytest.approx(evaluation["models"][name]["map_at_10"])


def test_a_slice_splits_the_customers_without_rest(run: Run) -> None:
    evaluation = run.read("evaluate", "evaluation", "evaluation.json")
    for name in ("orders", "days_since_order", "market"):
        assert sum(one["customers"] for one in evaluation["slices"] if one["slice"] == name) == evaluation["customers"]


def test_a_model_judged_against_itself_is_exactly_as_good(run: Run) -> None:
    container = judge_against(run, "itself", run.step("train").model, run.step("train").model)
    models = json.loads((container.processing_output("evaluation") / "evaluation.json").read_text())["models"]
    assert models["champion"]["version"] == "3"
    assert models["champion"]["map_at_10"] == models["challenger"]["map_at_10"]


def test_the_same_rows_and_hyperparameters_give_the_same_bytes(run: Run) -> None:
    again = run.step("train-again")
    train_on(again, run.step("features").processing_output("features"), seed="1")
    files = sorted(path.relative_to(again.model) for path in again.model.rglob("*") if path.is_file())
    assert {Path(f"{name}ranker.{form}") for name in ("", "discovery_") for form in ("ubj", "onnx")} < set(files)
    for file in files:
        assert (again.model / file).read_bytes() == (run.step("train").model / file).read_bytes(), file


def test_features_computed_twice_are_the_same_bytes(run: Run) -> None:
    again = run.step("features-again")
    hand_on(run.step("ingest").processing_output("snapshot"), again.processing_input("snapshot"))
    assert run_step(again, "features", "--windows", "3") == 0
    for file in (
        "training_general.parquet",
        "training_discovery.parquet",
        "purchases.parquet",
        "features.json",
        "serving/general/pair_features.npy",
        "serving/discovery/pair_features.npy",
    ):
        first = run.step("features").processing_output("features") / file
        assert (again.processing_output("features") / file).read_bytes() == first.read_bytes(), file


def test_training_logs_its_rows_as_a_metric(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    features = run.step("features").processing_output("features")
    train_on(run.step("train-core"), features, features="core", candidates="20")
    rows = parquet.read_table(features / "training_general.parquet", columns=["position"])["position"].to_numpy()
    assert f"training_rows={(rows < 20).sum()};" in capfd.readouterr().out.splitlines()
    wanted = json.loads((run.step("train-core").model / "model.json").read_text())["features"]
    assert set(wanted) < set(FEATURES)


def test_early_stopping_keeps_the_newest_window_out_of_training(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    features = run.step("features").processing_output("features")
    train_on(run.step("train-early"), features, early_stopping="2", n_estimators="200")
    rows = parquet.read_table(features / "training_general.parquet", columns=["window"])["window"].to_numpy()
    assert f"training_rows={(rows > 0).sum()};" in capfd.readouterr().out.splitlines()


def test_a_wrong_hyperparameter_fails_with_the_reason_left_behind(run: Run, tmp_path: Path) -> None:
    configuration = tmp_path / "input" / "config"
    configuration.mkdir(parents=True)
    (configuration / "hyperparameters.json").write_text(json.dumps({"max_depth": "deep"}))
    assert run_step(run.step("train").__class__(root=tmp_path), "train") == 1
    reason = (tmp_path / "output" / "failure").read_text()
    assert reason == "max_depth is 'deep'; allowed: a whole number from 1 to 16"


def test_without_a_word_on_the_champion_nothing_is_judged(run: Run) -> None:
    container = run.step("no-champion")
    hand_on(run.step("features").processing_output("features"), container.processing_input("features"))
    assert run_step(container, "evaluate") == 1
    assert "does not say which version is the champion" in (container.root / "output" / "message").read_text()


def test_a_damaged_archive_is_named(run: Run) -> None:
    container = run.step("damaged")
    hand_on(run.step("features").processing_output("features"), container.processing_input("features"))
    for folder in ("champion", "challenger"):
        container.processing_input(folder).mkdir(parents=True)
    (container.processing_input("champion") / "champion.json").write_text('{"version": null}')
    (container.processing_input("challenger") / "model.tar.gz").write_bytes(b"not a tar")
    assert run_step(container, "evaluate") == 1
    assert "model.tar.gz cannot be unpacked" in (container.root / "output" / "message").read_text()


def test_the_whole_way_taken_again_gives_every_file_of_the_model_byte_for_byte(run: Run, tmp_path: Path) -> None:
    again = Run(root=tmp_path)
    hand_on(run.step("ingest").processing_input("orders"), again.step("ingest").processing_input("orders"))
    assert run_step(again.step("ingest"), "ingest") == 0
    hand_on(again.step("ingest").processing_output("snapshot"), again.step("features").processing_input("snapshot"))
    assert run_step(again.step("features"), "features", "--windows", "3") == 0
    train_on(again.step("train"), again.step("features").processing_output("features"), seed="1")
    first, second = run.step("train").model, again.step("train").model
    names = sorted(str(path.relative_to(first)) for path in first.rglob("*") if path.is_file())
    assert {"model.json", "ranker.ubj", "ranker.onnx", "environment.json"} <= set(names)
    assert names == sorted(str(path.relative_to(second)) for path in second.rglob("*") if path.is_file())
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []


def test_the_model_says_where_it_was_trained(run: Run) -> None:
    environment = json.loads((run.step("train").model / "environment.json").read_text())
    assert environment["threads"] == THREADS
    assert environment["architecture"] == platform.machine()
    assert environment["packages"]["numpy"] == np.__version__


def test_the_evaluation_names_the_archive_that_it_judged(run: Run) -> None:
    archive = run.step("evaluate").processing_input("challenger") / "model.tar.gz"
    evaluation = run.read("evaluate", "evaluation", "evaluation.json")
    assert evaluation["archive_sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
