"""The recommender's own image on the local cloud: a search and the run that takes it, two hosts, a lost spot job."""

import hashlib
import io
import json
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow.parquet as parquet
import pytest

from localcloud.sagemaker.training.interruption import interrupt
from pipelines.rendering import RenderedPipeline
from pipelines.tuning import Ground, ground
from recommender.ranking import environment
from recommender.ranking.xgboost_library import xgboost
from recommender.simulation.step import simulated_orders
from tests.pipelines import contract
from tests.pipelines.local_platform import Platform, deployed_platform, push_recommender

pytestmark = pytest.mark.e2e

_TREES = "200"
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], seconds: float = 300.0) -> Found:
    """Return what `look` finds, as soon as it finds something: the state is another process's."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"nothing was found within {seconds:.0f} s"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Trainer:
    """An environment whose image is the real one, and the features of a run that was stopped after them."""

    platform: Platform
    ground: Ground

    @property
    def sagemaker(self) -> Any:
        return self.platform.account.clients.sagemaker

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.platform.trainyard("pipeline", *arguments)

    def train(self, name: str, instances: int = 1, checkpoints: str = "") -> None:
        """Start the real training step as a job."""
        source = {"S3DataType": "S3Prefix", "S3Uri": self.ground.features_uri}
        spot: dict[str, Any] = {"EnableManagedSpotTraining": True, "CheckpointConfig": {"S3Uri": checkpoints}}
        waits = {"MaxWaitTimeInSeconds": 600} if checkpoints else {}
        self.sagemaker.create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification={
                "TrainingImage": self.ground.image,
                "TrainingInputMode": "File",
                "MetricDefinitions": [
                    {"Name": metric, "Regex": rf"\b{metric}=([0-9.eE+-]+);"}
                    for metric in ("training_rows", "positives")
                ],
            },
            RoleArn=contract.platform().roles.training,
            InputDataConfig=[{"ChannelName": "features", "DataSource": {"S3DataSource": source}}],
            OutputDataConfig={"S3OutputPath": "s3://dev-artifacts/jobs"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": instances, "VolumeSizeInGB": 1},
            HyperParameters={"n_estimators": _TREES, "seed": "1"},
            StoppingCondition={"MaxRuntimeInSeconds": 300, **waits},
            **(spot if checkpoints else {}),
        )

    def ended(self, name: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            job = self.sagemaker.describe_training_job(TrainingJobName=name)
            return job if job["TrainingJobStatus"] in ("Completed", "Failed", "Stopped") else None

        job = eventually(look)
        assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
        return job

    def model(self, job: dict[str, Any]) -> dict[str, bytes]:
        """Return the files of a job's model; its environment says where it was trained, which may differ."""
        packed = self.platform.account.object(job["ModelArtifacts"]["S3ModelArtifacts"])
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            files = {each.name: archive.extractfile(each) for each in archive.getmembers() if each.isfile()}
            return {name: file.read() for name, file in files.items() if file and name != environment.FILE}


def _features(platform: Platform) -> Ground:
    """Run the pipeline as far as its features."""
    sagemaker = platform.account.clients.sagemaker
    started = platform.trainyard("pipeline", "run", "recommender", "--latest", "--image", "training-real", "--detach")
    assert started.returncode == 0, started.stderr
    execution = json.loads(started.stdout)["execution_arn"]

    def done() -> Ground | None:
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
        assert "Failed" not in [step["StepStatus"] for step in steps], steps
        return "Features" in [step["StepName"] for step in steps if step["StepStatus"] == "Succeeded"] or None

    eventually(done)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution)
    return ground(contract.service(), json.loads(started.stdout)["run"], sagemaker)


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory, rendered: RenderedPipeline) -> Iterator[Trainer]:
    with deployed_platform(tmp_path_factory.mktemp("cloud"), rendered, speed=10) as platform:
        platform.publish()
        push_recommender(platform.aws)
        orders = io.BytesIO()
        parquet.write_table(simulated_orders(rows=25_000, seed=3), orders)
        key = "recommender/orders/2024-12-31-a/orders.parquet"
        platform.account.clients.s3.put_object(Bucket="dev-raw", Key=key, Body=orders.getvalue())
        yield Trainer(platform, _features(platform))


def test_a_search_ends_in_a_file_with_which_the_pipeline_trains(trainer: Trainer, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    done = trainer.command("tune", "recommender", "--latest", "--trials", "2", "--output", str(file))
    assert done.returncode == 0, done.stderr
    assert "trial 2: " in done.stderr
    found = json.loads(file.read_text())
    assert [trial["number"] for trial in found["trials"]] == [0, 1]
    job = json.loads(done.stdout)["job"]

    again = trainer.command("tune", "recommender", "--job", job, "--output", str(tmp_path / "again.json"))
    assert (tmp_path / "again.json").read_text() == file.read_text(), again.stderr

    ran = trainer.command(
        "run", "recommender", "--latest", "--image", "training-real", "--hyperparameters", str(file), "--set", "seed=7"
    )
    told = json.loads(ran.stdout)
    assert {step["name"] for step in told["steps"]} >= {"Train", "Evaluate", "Gate"}, ran.stderr
    train = trainer.sagemaker.list_training_jobs(NameContains="Train")["TrainingJobSummaries"][0]["TrainingJobName"]
    learned = json.loads(trainer.model(trainer.ended(train))["model.json"])["hyperparameters"]
    assert {name: learned[name] for name in found["best"]} == pytest.approx(found["best"])
    assert learned["seed"] == 7


def test_a_search_without_a_run_or_of_another_job_is_refused(trainer: Trainer) -> None:
    for arguments, said in (
        (("--run", "nothing"), "The run nothing of recommender has features to search on"),
        (("--job", "nothing"), "There is no training job 'nothing'"),
        ((), "Say what to search on, once"),
    ):
        done = trainer.command("tune", "recommender", *arguments)
        assert done.returncode == 2
        assert said in " ".join(done.stderr.split())


def test_a_spot_job_that_is_taken_comes_to_the_same_bytes_and_two_hosts_to_a_model_as_good(trainer: Trainer) -> None:
    checkpoints = "s3://dev-artifacts/checkpoints"
    trainer.train("spot", checkpoints=checkpoints)
    eventually(
        lambda: [
            key for key in trainer.platform.account.objects("dev-artifacts") if key.startswith("checkpoints/general")
        ]
    )
    interrupt(trainer.platform.aws.cloud, trainer.platform.aws.scope, "spot")
    trainer.train("straight")
    trainer.train("pair", instances=2)
    spot, straight, pair = (trainer.ended(name) for name in ("spot", "straight", "pair"))

    assert [each["Status"] for each in spot["SecondaryStatusTransitions"]].count("Interrupted") == 1
    assert _digests(trainer.model(spot)) == _digests(trainer.model(straight))
    assert "goes on from a checkpoint of" in _log(trainer, "spot")

    assert _metrics(pair) == _metrics(straight)
    assert len(_streams(trainer, "pair")) == 2
    one, two = trainer.model(straight), trainer.model(pair)
    assert one.keys() == two.keys()
    assert one["ranker.ubj"] != two["ranker.ubj"]
    assert _log_loss(trainer, two) == pytest.approx(_log_loss(trainer, one), rel=0.01)


def _log_loss(trainer: Trainer, model: dict[str, bytes]) -> float:
    """Return how well a model's ranker tells the rows that it learned from."""
    table = parquet.read_table(
        io.BytesIO(trainer.platform.account.object(f"{trainer.ground.features_uri}/training_general.parquet"))
    )
    names = json.loads(model["model.json"])["features"]
    rows = xgboost.DMatrix(np.column_stack([table[name].to_numpy() for name in names]), feature_names=names)
    booster = xgboost.Booster(model_file=bytearray(model["ranker.ubj"]))
    said, label = booster.predict(rows), table["label"].to_numpy()
    return float(-np.mean(np.where(label == 1, np.log(said), np.log(1 - said))))


def _digests(model: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in model.items()}


def _metrics(job: dict[str, Any]) -> dict[str, float]:
    return {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}


def _streams(trainer: Trainer, job: str) -> list[str]:
    logs = trainer.platform.aws.client("logs")
    found = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=f"{job}/")
    return [stream["logStreamName"] for stream in found["logStreams"]]


def _log(trainer: Trainer, job: str) -> str:
    logs, group = trainer.platform.aws.client("logs"), "/aws/sagemaker/TrainingJobs"
    answers = [logs.get_log_events(logGroupName=group, logStreamName=name) for name in _streams(trainer, job)]
    return "\n".join(event["message"] for answer in answers for event in answer["events"])
