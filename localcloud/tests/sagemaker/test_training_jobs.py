import io
import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import BUCKET, IMAGE, Jobs

_TRAIN = """
import json, os, pathlib, sys
root = pathlib.Path("/opt/ml")
hyperparameters = json.loads((root / "input/config/hyperparameters.json").read_text())
channels = json.loads((root / "input/config/inputdataconfig.json").read_text())
hosts = json.loads((root / "input/config/resourceconfig.json").read_text())["hosts"]
rows = (root / "input/data/orders/orders.csv").read_text().split()
(root / "model/ranker.json").write_text(json.dumps({"rows": rows, **hyperparameters}))
(root / "output/data/curve.csv").write_text("1,2")
print(sys.argv[1:], os.environ["TRAINING_JOB_NAME"], sorted(channels), hosts)
print("map=0.1;")
print("map=0.25;")
"""


def _request(jobs: Jobs, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "RoleArn": jobs.role,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **changes,
    }


def _channel(uri: str) -> dict[str, Any]:
    return {
        "ChannelName": "orders",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
        "ContentType": "text/csv",
    }


def _finish(jobs: Jobs, name: str) -> dict[str, Any]:
    return jobs.wait(
        lambda: jobs.sagemaker.describe_training_job(TrainingJobName=name),
        "TrainingJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


def _unpacked(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
        return {name: file.read() for name, file in files.items() if file is not None}


def test_a_job_trains_a_model_under_the_container_contract(jobs: Jobs) -> None:
    jobs.program(_TRAIN)
    jobs.put("orders/orders.csv", b"a b")
    algorithm = {
        "TrainingImage": IMAGE,
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "map", "Regex": "map=([0-9.]+);"}],
    }
    jobs.sagemaker.create_training_job(
        **_request(
            jobs,
            "first",
            AlgorithmSpecification=algorithm,
            HyperParameters={"depth": "6"},
            InputDataConfig=[_channel(f"s3://{BUCKET}/orders")],
        )
    )
    job = _finish(jobs, "first")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/models/first/output/model.tar.gz"
    model = _unpacked(jobs.read("models/first/output/model.tar.gz"))
    assert json.loads(model["ranker.json"]) == {"rows": ["a", "b"], "depth": "6"}
    assert _unpacked(jobs.read("models/first/output/output.tar.gz")) == {"curve.csv": b"1,2"}
    assert [(m["MetricName"], m["Value"]) for m in job["FinalMetricDataList"]] == [("map", 0.25)]
    assert [entry["Status"] for entry in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    folder = jobs.aws.cloud.home / "jobs" / jobs.aws.account / jobs.aws.region
    output = (folder / "TrainingJob" / "first" / "output.log").read_text()
    assert output.splitlines()[0] == "['train'] first ['orders'] ['algo-1']"


def test_the_same_files_are_the_same_archive(jobs: Jobs) -> None:
    jobs.program("import pathlib; pathlib.Path('/opt/ml/model/ranker.json').write_text('1')")
    for name in ("one", "two"):
        jobs.sagemaker.create_training_job(**_request(jobs, name))
        assert _finish(jobs, name)["TrainingJobStatus"] == "Completed"
    assert jobs.read("models/one/output/model.tar.gz") == jobs.read("models/two/output/model.tar.gz")


def test_a_failed_job_has_its_reason_and_exit_code_and_no_model(jobs: Jobs) -> None:
    jobs.program(
        "import pathlib, sys\n"
        "pathlib.Path('/opt/ml/model/half').touch()\n"
        "pathlib.Path('/opt/ml/output/failure').write_text('no orders in the window')\n"
        "sys.exit(3)\n"
    )
    jobs.sagemaker.create_training_job(**_request(jobs, "failing"))
    job = _finish(jobs, "failing")
    assert job["FailureReason"] == "AlgorithmError: no orders in the window, exit code: 3"
    assert job["SecondaryStatusTransitions"][-1]["StatusMessage"] == job["FailureReason"]
    assert jobs.list_keys("models/") == []


def test_a_job_over_its_time_may_save_its_model(jobs: Jobs) -> None:
    jobs.program(
        "import pathlib, signal, sys, time\n"
        "def save(*_): pathlib.Path('/opt/ml/model/saved').write_text('late'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "time.sleep(60)\n"
    )
    jobs.sagemaker.create_training_job(**_request(jobs, "late", StoppingCondition={"MaxRuntimeInSeconds": 1}))
    job = _finish(jobs, "late")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert _unpacked(jobs.read("models/late/output/model.tar.gz")) == {"saved": b"late"}


def test_a_stopped_job_ends_as_stopped(jobs: Jobs) -> None:
    jobs.program("import time; time.sleep(60)")
    jobs.sagemaker.create_training_job(**_request(jobs, "long"))
    jobs.sagemaker.stop_training_job(TrainingJobName="long")
    assert _finish(jobs, "long")["SecondaryStatus"] == "Stopped"


def test_checkpoints_are_there_at_the_next_run(jobs: Jobs) -> None:
    jobs.program(
        "import pathlib\n"
        "path = pathlib.Path('/opt/ml/checkpoints/epoch')\n"
        "path.write_text(path.read_text() + '1' if path.exists() else '1')\n"
    )
    spot = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints"},
    }
    for name in ("before", "after"):
        jobs.sagemaker.create_training_job(**_request(jobs, name, **spot))
        assert _finish(jobs, name)["TrainingJobStatus"] == "Completed"
    assert jobs.read("checkpoints/epoch") == b"11"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"EnableManagedSpotTraining": True}, "MaxWaitTimeInSeconds. It must be present"),
        ({"StoppingCondition": {"MaxWaitTimeInSeconds": 9}}, "can only be given with EnableManagedSpotTraining"),
        ({"TrainingJobName": "under_score"}, "Value 'under_score' at 'trainingJobName'"),
        ({"OutputDataConfig": {"S3OutputPath": "https://b.s3.amazonaws.com/k"}}, "is not of the form s3://"),
        (
            {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "Pipe"}},
            "TrainingInputMode Pipe is not served",
        ),
        ({"InputDataConfig": [{**_channel("s3://b/k"), "InputMode": "Pipe"}]}, "InputMode Pipe is not served"),
        (
            {"InputDataConfig": [{**_channel("s3://b/k"), "CompressionType": "Gzip"}]},
            "CompressionType Gzip is not served",
        ),
    ],
)
def test_what_cannot_run_is_refused_and_changes_nothing(jobs: Jobs, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        jobs.sagemaker.create_training_job(**_request(jobs, "bad", **changes))
    assert jobs.sagemaker.list_training_jobs()["TrainingJobSummaries"] == []
