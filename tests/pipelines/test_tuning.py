"""What a search for hyperparameters asks of SageMaker, and how its command is left and taken up again."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from typer.testing import CliRunner

from pipelines import tuning
from pipelines.execution import Log
from pipelines.tuning import Effort, Ground, request, start
from tests.pipelines import contract
from trainyard.cli import tune
from trainyard.cli.log_lines import LogLines
from trainyard.cli.pipeline import app

ON = Ground(run="run-1", features_uri="s3://dev-features/recommender/runs/run-1/features", image="image@sha256:a")


def asked(**training: object) -> dict[str, Any]:
    return request("job", ON, Effort(trials=3, seconds=600), contract.platform(), contract.service(**training))


def test_a_search_is_one_host_on_demand_in_the_services_network_with_its_keys() -> None:
    job = asked(instance_count=4, spot=True)
    assert job["AlgorithmSpecification"]["ContainerArguments"] == ["tune", "--trials", "3", "--seconds", "600"]
    assert (job["ResourceConfig"]["InstanceCount"], job.get("EnableManagedSpotTraining")) == (1, None)
    assert job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == ON.features_uri
    assert job["OutputDataConfig"]["S3OutputPath"] == "s3://dev-artifacts/recommender/runs/run-1/searches"
    keys = (job["OutputDataConfig"]["KmsKeyId"], job["ResourceConfig"]["VolumeKmsKeyId"])
    assert keys == (contract.platform().kms_key_arn,) * 2
    assert job["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}
    assert "VolumeKmsKeyId" not in asked(instance_type="ml.g5.xlarge")["ResourceConfig"]
    assert Effort(trials=3).arguments == ["tune", "--trials", "3"]


def test_boto_takes_the_request_and_the_name_fits_the_longest_service() -> None:
    taken: list[dict[str, Any]] = []
    service = contract.service().model_copy(update={"pipeline_name": f"{'a' * 30}-environment"})
    sagemaker = SimpleNamespace(create_training_job=lambda **job: taken.append(job))
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    name = start(ON, Effort(trials=1), contract.platform(), service, sagemaker=sagemaker, now=now)
    (job,) = taken
    assert job["TrainingJobName"] == name
    assert len(name) <= 63
    shape = botocore.session.get_session().get_service_model("sagemaker").shape_for("CreateTrainingJobRequest")
    assert ParamValidator().validate(job, shape).generate_report() == ""


def test_whoever_stops_following_is_told_how_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def left(*_: Any) -> Any:
        raise KeyboardInterrupt

    clients = SimpleNamespace(
        platform=contract.platform(), service=contract.service(), client=lambda name: SimpleNamespace()
    )
    monkeypatch.setattr(tune, "Session", lambda stack, service: clients)
    monkeypatch.setattr(tuning, "watch", left)
    done = CliRunner().invoke(app, ["tune", "recommender", "--job", "search-1"])
    assert done.exit_code == 130
    assert "Again: trainyard pipeline tune recommender --job search-1 --stack dev" in done.output


class Streams:
    """One log stream that grows, and answers with the same token once there is no more."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def describe_log_streams(self, **_: Any) -> dict[str, Any]:
        return {"logStreams": [{"logStreamName": "job/algo-1"}]}

    def get_log_events(self, nextToken: str = "0", **_: Any) -> dict[str, Any]:
        page = self.lines[int(nextToken) : int(nextToken) + 2]
        return {"events": [{"message": line} for line in page], "nextForwardToken": str(int(nextToken) + len(page))}


def test_each_line_of_a_log_is_shown_once() -> None:
    streams = Streams()
    lines = LogLines(Log(group="g", stream_prefix="job/"), streams)
    assert list(lines.new()) == []
    streams.lines += ["a", "b", "c"]
    assert list(lines.new()) == ["a", "b", "c"]
    assert list(lines.new()) == []
    streams.lines.append("d")
    assert list(lines.new()) == ["d"]
