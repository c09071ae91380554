"""The trackers themselves: MLflow's real server, and Weights & Biases offline."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from recommender.tracking import Dataset, Record, send
from tests.pipelines.mlflow_server import mlflow_server

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as address:
        yield address


def asked(server: str, run: str) -> dict[str, str]:
    return {
        "MLFLOW_TRACKING_URI": server,
        "TRACKING_RUN": run,
        "TRACKING_EXPERIMENT": "recommender-dev",
        "TRACKING_CODE_COMMIT": "c0ffee",
        "TRACKING_ORDERS_URI": "s3://raw/orders",
    }


def found_run(server: str, name: str) -> Any:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("recommender-dev")
    assert experiment is not None
    [run] = client.search_runs([experiment.experiment_id], filter_string=f"attributes.run_name = '{name}'")
    return run


def test_training_and_evaluation_are_one_run_of_the_mlflow_server(server: str, tmp_path: Path) -> None:
    from mlflow.tracking import MlflowClient

    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "evaluation.json").write_text("{}")
    data = Dataset(name="orders", digest="ab" * 32)
    training = Record(
        parameters={"max_depth": 4},
        series={"train_logloss": [0.5, 0.25] * 600},  # more than one call carries
        artifacts=[tmp_path / "model.json"],
        dataset=data,
    )
    evaluation = Record(metrics={"challenger.map_at_10": 0.07}, artifacts=[tmp_path / "evaluation.json"], dataset=data)
    for record in (training, evaluation):
        assert send(lambda told=record: told, tmp_path / "kept", asked(server, "run-1"))
    run, client = found_run(server, "run-1"), MlflowClient(server)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"max_depth": "4"}
    assert run.data.metrics == {"challenger.map_at_10": 0.07, "train_logloss": 0.25}
    assert len(client.get_metric_history(run.info.run_id, "train_logloss")) == 1200
    assert {path.path for path in client.list_artifacts(run.info.run_id)} == {"model.json", "evaluation.json"}
    assert (run.data.tags["code_commit"], run.data.tags["data_hash"]) == ("c0ffee", "ab" * 32)
    [given] = run.inputs.dataset_inputs
    assert (given.dataset.name, given.dataset.digest, given.dataset.source) == ("orders", "ab" * 18, "s3://raw/orders")


def test_a_server_says_its_version_and_another_minor_one_than_the_clients_is_named(server: str) -> None:
    import mlflow

    from recommender.tracking.mlflow_tracker import mismatch, served_version

    assert mismatch(served_version(server), mlflow.__version__) == ""
    assert mismatch("3.17.0", "3.17.2") == mismatch("", "3.17.2") == ""
    assert mismatch("3.10.1", "3.17.2") == (
        "tracking: the MLflow server is of version 3.10.1, this image's client of 3.17.2: calls may be refused. "
        "Pin mlflow-skinny in requirements/training.in to the server's minor version, or bring the server to the "
        "client's\n"
    )


def test_an_app_says_its_version_and_where_it_may_not_be_asked_none_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from recommender.tracking.mlflow_tracker import app_version

    arn = "arn:aws:sagemaker:eu-west-1:000000000001:mlflow-app/app-1"
    client = boto3.client("sagemaker", "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    with Stubber(client) as stubbed:
        stubbed.add_response("describe_mlflow_app", {"Arn": arn, "MlflowVersion": "3.10.1"}, {"Arn": arn})
        stubbed.add_client_error("describe_mlflow_app", "AccessDeniedException")
        assert app_version(arn) == "3.10.1"
        assert app_version(arn) == ""


def test_a_server_that_is_down_is_given_up_on_and_the_record_is_kept(tmp_path: Path) -> None:
    record = Record(parameters={"max_depth": 4})
    assert not send(lambda: record, tmp_path / "kept", asked("http://127.0.0.1:9", "run-2"), deadline_seconds=30)
    assert (tmp_path / "kept/tracking.json").is_file()


def test_the_images_clients_are_all_of_one_version() -> None:
    """SageMaker's app and the team's server speak to a client of their own version; images must not differ in it."""
    locks = ("all", "training", "training-gpu")
    texts = [(PROJECT / f"requirements/{lock}.lock").read_text() for lock in locks]
    pinned = {version for text in texts for version in re.findall(r"(?m)^mlflow-skinny==(\S+)", text)}
    assert len(pinned) == 1
    extra = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["recommender"]
    assert any(one.startswith("mlflow-skinny>=") for one in extra)


def test_a_run_of_weights_and_biases_is_written_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb", reason="the extra wandb is not installed")
    from recommender.tracking.wandb_tracker import WandbTracker

    for name, value in {"WANDB_MODE": "offline", "WANDB_DIR": str(tmp_path), "WANDB_CONSOLE": "off"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "model.json").write_text("{}")
    record = Record(
        parameters={"max_depth": 4},
        series={"loss": [0.5, 0.25]},
        artifacts=[tmp_path / "model.json"],
        dataset=Dataset(name="orders", digest="ab" * 32, source="s3://raw/orders"),
    )
    with WandbTracker("shop", group="recommender-dev").run("run-1", {"code_commit": "c0ffee"}) as run:
        record.tell(run)
    [written] = tmp_path.rglob("run-run-1.wandb")
    content = written.read_bytes()
    for said in (b"c0ffee", b"max_depth", b"ab" * 32, b"s3://raw/orders", b"loss", b"0.25"):
        assert said in content
    assert [path.name for path in tmp_path.rglob("files/model.json")] == ["model.json"]
