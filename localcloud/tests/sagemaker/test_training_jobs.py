import io
import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.errors import ValidationError
from localcloud.sagemaker.training.interruption import interrupt
from localcloud.scope import Scope

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


_SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120},
    "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/spot"},
}
_SPOT_PROGRAM = """
import pathlib, signal, sys, time
checkpoints = pathlib.Path("/opt/ml/checkpoints")
if (checkpoints / "warned").exists():
    pathlib.Path("/opt/ml/model/model").write_text((checkpoints / "warned").read_text())
    sys.exit()
def warned(*_):
    (checkpoints / "warned").write_text("half")
    sys.exit(143)
signal.signal(signal.SIGTERM, warned)
(checkpoints / "begun").write_text("x")
time.sleep(60)
"""


def _interrupt(jobs: Jobs, name: str) -> None:
    interrupt(jobs.aws.cloud, Scope(jobs.aws.account, jobs.aws.region), name)


def _await_key(jobs: Jobs, key: str) -> None:
    jobs.wait(lambda: {"there": key in jobs.list_keys()}, "there", True)  # type: ignore[arg-type]


def test_an_interrupted_spot_job_begins_again_from_its_checkpoints(jobs: Jobs) -> None:
    jobs.program(_SPOT_PROGRAM)
    jobs.sagemaker.create_training_job(**_request(jobs, "spot", **_SPOT))
    _await_key(jobs, "spot/begun")  # copied while the job runs
    _interrupt(jobs, "spot")
    job = _finish(jobs, "spot")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert [entry["Status"] for entry in job["SecondaryStatusTransitions"]] == [
        *("Starting", "Downloading", "Training", "Interrupted"),
        *("Starting", "Downloading", "Training", "Uploading", "Completed"),
    ]
    assert _unpacked(jobs.read("models/spot/output/model.tar.gz")) == {"model": b"half"}


def test_a_spot_job_that_does_not_heed_the_warning_is_killed_and_keeps_what_was_copied(jobs: Jobs) -> None:
    jobs.program(
        "import pathlib, signal, sys, time\n"
        "begun = pathlib.Path('/opt/ml/checkpoints/begun')\n"
        "if begun.exists(): sys.exit()\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "begun.touch()\n"
        "time.sleep(60)\n"
    )
    jobs.sagemaker.create_training_job(**_request(jobs, "deaf", **_SPOT))
    _await_key(jobs, "spot/begun")
    _interrupt(jobs, "deaf")
    assert _finish(jobs, "deaf")["TrainingJobStatus"] == "Completed"


def test_only_spot_jobs_that_train_are_interrupted(jobs: Jobs) -> None:
    jobs.program("")
    for name, changes, message in (("own", {}, "does not run on spot"), ("over", _SPOT, "over is Completed; only")):
        jobs.sagemaker.create_training_job(**_request(jobs, name, **changes))
        _finish(jobs, name)
        with pytest.raises(ValidationError, match=message):
            _interrupt(jobs, name)


def _on(instances: int) -> dict[str, Any]:
    return {"InstanceCount": instances, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}


def test_the_hosts_of_a_job_reach_each_other_by_name_and_leave_one_model(jobs: Jobs) -> None:
    jobs.program(
        "import json, pathlib, socket\n"
        "config = json.loads(pathlib.Path('/opt/ml/input/config/resourceconfig.json').read_text())\n"
        "me, (first, second) = config['current_host'], config['hosts']\n"
        "if me == first:\n"
        "    server = socket.create_server((first, 9099))\n"
        "    talk, _ = server.accept()\n"
        "    pathlib.Path('/opt/ml/model/heard').write_bytes(talk.recv(99))\n"
        "else:\n"
        "    for _ in range(10000):\n"
        "        try:\n"
        "            socket.create_connection((first, 9099)).sendall(me.encode()); break\n"
        "        except ConnectionRefusedError: pass\n"
        "    pathlib.Path('/opt/ml/model/second').write_text(socket.gethostbyname(second))\n"
    )
    jobs.sagemaker.create_training_job(**_request(jobs, "pair", ResourceConfig=_on(2)))
    job = _finish(jobs, "pair")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    model = _unpacked(jobs.read("models/pair/output/model.tar.gz"))
    assert model["heard"] == b"algo-2"
    assert model["second"].startswith(b"127.")
    streams = jobs.aws.client("logs").describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs")["logStreams"]
    assert {stream["logStreamName"][: len("pair/algo-1")] for stream in streams} == {"pair/algo-1", "pair/algo-2"}


def test_a_host_that_fails_fails_the_job_with_its_reason_and_ends_the_others(jobs: Jobs) -> None:
    jobs.program(
        "import json, pathlib, sys, time\n"
        "config = json.loads(pathlib.Path('/opt/ml/input/config/resourceconfig.json').read_text())\n"
        "if config['current_host'] == 'algo-1': time.sleep(60)\n"
        "pathlib.Path('/opt/ml/output/failure').write_text('no rows')\n"
        "sys.exit(3)\n"
    )
    jobs.sagemaker.create_training_job(**_request(jobs, "torn", ResourceConfig=_on(2)))
    assert _finish(jobs, "torn")["FailureReason"] == "AlgorithmError: no rows, exit code: 3"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ResourceConfig": _on(9)}, "InstanceCount 9: the local cloud runs each instance as a process"),
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
