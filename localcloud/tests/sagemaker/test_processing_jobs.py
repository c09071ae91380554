import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker.jobs.recovery import INTERRUPTED
from localcloud.testing import running_cloud

from .conftest import BUCKET, IMAGE, Jobs

_COPY = """
import json, os, pathlib, sys
source = pathlib.Path("/opt/ml/processing/input/orders/orders.csv")
target = pathlib.Path("/opt/ml/processing/output/report/deep/copy.csv")
target.parent.mkdir(parents=True)
target.write_bytes(source.read_bytes())
config = json.loads(pathlib.Path("/opt/ml/config/processingjobconfig.json").read_text())
print("arguments", sys.argv[1:], config["ProcessingJobName"])
print(os.environ["PROCESSING_JOB_NAME"], os.environ["PROCESSING_JOB_ARN"])
"""


def _request(jobs: Jobs, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "ProcessingJobName": name,
        "RoleArn": jobs.role,
        "AppSpecification": {"ImageUri": IMAGE},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        },
        "ProcessingInputs": [
            {
                "InputName": "orders",
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/orders/",
                    "LocalPath": "/opt/ml/processing/input/orders",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "report",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/report",
                        "LocalPath": "/opt/ml/processing/output/report",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        **changes,
    }


def _finish(jobs: Jobs, name: str) -> dict[str, Any]:
    return jobs.wait(
        lambda: jobs.sagemaker.describe_processing_job(ProcessingJobName=name),
        "ProcessingJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


def test_a_job_reads_its_inputs_and_leaves_its_outputs(jobs: Jobs) -> None:
    jobs.program(_COPY)
    jobs.put("orders/orders.csv", b"a,b\n1,2\n")
    app = {"ImageUri": IMAGE, "ContainerEntrypoint": ["python", "-m", "job"], "ContainerArguments": ["--k", "3"]}
    jobs.sagemaker.create_processing_job(**_request(jobs, "copy", AppSpecification=app))
    job = _finish(jobs, "copy")
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert jobs.read("report/deep/copy.csv") == b"a,b\n1,2\n"
    assert _log(jobs, "copy") == ["arguments ['--k', '3'] copy", f"copy {job['ProcessingJobArn']}"]


def _log(jobs: Jobs, name: str) -> list[str]:
    logs, group = jobs.aws.client("logs"), "/aws/sagemaker/ProcessingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/algo-1-")["logStreams"]
    events = logs.get_log_events(logGroupName=group, logStreamName=streams[0]["logStreamName"])["events"]
    return [event["message"] for event in events]


def test_a_failed_job_says_why_and_still_uploads_its_report(jobs: Jobs) -> None:
    jobs.program(
        "import pathlib, sys\n"
        "pathlib.Path('/opt/ml/processing/output/report/why.txt').write_text('row 7')\n"
        "pathlib.Path('/opt/ml/output/message').write_text('price of row 7 is negative')\n"
        "sys.exit(1)\n"
    )
    jobs.put("orders/orders.csv")
    jobs.sagemaker.create_processing_job(**_request(jobs, "checks"))
    job = _finish(jobs, "checks")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"] == "price of row 7 is negative"
    assert job["FailureReason"] == "AlgorithmError: price of row 7 is negative, exit code: 1"
    assert jobs.read("report/why.txt") == b"row 7"


def test_a_missing_input_fails_the_job_and_is_named(jobs: Jobs) -> None:
    jobs.program("")
    jobs.sagemaker.create_processing_job(**_request(jobs, "empty"))
    assert f'No S3 objects found under S3 URL "s3://{BUCKET}/orders/"' in _finish(jobs, "empty")["FailureReason"]


def test_a_job_can_call_the_cloud(jobs: Jobs) -> None:
    jobs.program("import boto3; print(boto3.client('sts').get_caller_identity()['Account'])")
    jobs.sagemaker.create_processing_job(**_request(jobs, "caller", ProcessingInputs=[]))
    assert _finish(jobs, "caller")["ProcessingJobStatus"] == "Completed"
    assert _log(jobs, "caller") == [jobs.aws.account]


def test_a_job_over_its_time_is_stopped(jobs: Jobs) -> None:
    jobs.program("import time; time.sleep(60)")
    jobs.sagemaker.create_processing_job(
        **_request(jobs, "slow", ProcessingInputs=[], StoppingCondition={"MaxRuntimeInSeconds": 1})
    )
    assert _finish(jobs, "slow")["ProcessingJobStatus"] == "Stopped"


def test_a_stopped_job_ends_as_stopped(jobs: Jobs) -> None:
    jobs.program("import time; time.sleep(60)")
    jobs.sagemaker.create_processing_job(**_request(jobs, "long", ProcessingInputs=[]))
    jobs.sagemaker.stop_processing_job(ProcessingJobName="long")
    assert _finish(jobs, "long")["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="is in status Stopped"):
        jobs.sagemaker.stop_processing_job(ProcessingJobName="long")


def test_a_taken_name_is_refused(jobs: Jobs) -> None:
    jobs.program("")
    jobs.sagemaker.create_processing_job(**_request(jobs, "twice", ProcessingInputs=[]))
    with pytest.raises(ClientError, match=r"ResourceInUse.*already exists"):
        jobs.sagemaker.create_processing_job(**_request(jobs, "twice", ProcessingInputs=[]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"AppSpecification": {"ImageUri": "nowhere"}}, "there is no image nowhere"),
        (
            {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "o", "S3Output": {
                "S3Uri": "s3://b/k", "LocalPath": "/tmp/o", "S3UploadMode": "EndOfJob"}}]}},
            "LocalPath '/tmp/o' must be a path under /opt/ml/processing",
        ),
        (
            {"ProcessingResources": {"ClusterConfig": {
                "InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}},
            "InstanceCount 2: the local cloud runs processing jobs on one instance",
        ),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_and_changes_nothing(jobs: Jobs, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        jobs.sagemaker.create_processing_job(**_request(jobs, "bad", **changes))
    assert jobs.sagemaker.list_processing_jobs()["ProcessingJobSummaries"] == []


def test_every_state_change_is_an_event(jobs: Jobs) -> None:
    jobs.program("")
    url, arn = _subscribe(jobs)
    jobs.sagemaker.create_processing_job(**_request(jobs, "told", ProcessingInputs=[]))
    _finish(jobs, "told")
    messages = jobs.aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
    events = [json.loads(message["Body"]) for message in messages["Messages"]]
    assert [event["detail"]["ProcessingJobStatus"] for event in events] == ["InProgress", "Completed"], arn


def _subscribe(jobs: Jobs) -> tuple[str, str]:
    sqs, events = jobs.aws.client("sqs"), jobs.aws.client("events")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Processing Job State Change"]}
    events.put_rule(Name="jobs", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="jobs", Targets=[{"Id": "queue", "Arn": arn}])
    return url, arn


def test_a_job_that_ran_when_the_cloud_stopped_has_failed_at_the_next_start(jobs: Jobs) -> None:
    document = {**_request(jobs, "cut"), "ProcessingJobArn": "arn", "ProcessingJobStatus": "InProgress"}
    jobs.aws.cloud.store.put(jobs.aws.scope, "ProcessingJob", "cut", document)
    from localcloud.sagemaker import processing

    processing.start(jobs.aws.cloud)
    job = jobs.aws.cloud.store.get(jobs.aws.scope, "ProcessingJob", "cut")
    assert job is not None
    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", INTERRUPTED)
    report = json.loads((jobs.aws.cloud.home / "recovered.json").read_text())
    assert "arn was running when the cloud stopped; it has failed" in report["problems"]


def test_stopping_the_cloud_ends_its_jobs_at_once(tmp_path: Any) -> None:
    from .conftest import FolderImage

    code = tmp_path / "image"
    code.mkdir()
    (code / "job.py").write_text("import time; print('up', flush=True); time.sleep(600)")
    with running_cloud(tmp_path / "home") as aws:
        aws.cloud.images = FolderImage(code)
        aws.client("sagemaker").create_processing_job(
            **_request(Jobs(aws, code), "cut", ProcessingInputs=[], ProcessingOutputConfig={"Outputs": []})
        )
    with running_cloud(tmp_path / "home") as aws:
        job = aws.client("sagemaker").describe_processing_job(ProcessingJobName="cut")
        assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", INTERRUPTED)
