import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker import transform
from localcloud.sagemaker.jobs.recovery import INTERRUPTED

from .conftest import BUCKET, IMAGE, Jobs

_SERVE = """
import json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

failed = set()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/ping":
            return self.answer(200, b"")
        said = os.environ.get("PARAMETERS")
        self.answer(200 if said else 404, (said or "").encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        text = body.decode()
        print("asked", text[:20], flush=True)
        if "exit" in text:
            os._exit(3)
        if "wait" in text:
            time.sleep(30)
        if "bad" in text:
            return self.answer(400, b"")
        if "broken" in text or ("once" in text and text not in failed):
            failed.add(text)
            return self.answer(500, b"")
        if text.startswith("slow"):
            time.sleep(0.2)
        if text == "about":
            names = [name for name in os.environ if name.startswith("SAGEMAKER_BATCH") or name == "OWN"]
            told = {name: os.environ[name] for name in names}
            model = os.listdir("/opt/ml/model")
            types = [self.headers.get("Content-Type"), self.headers.get("Accept")]
            return self.answer(200, json.dumps({**told, "model": model, "types": types}).encode())
        self.answer(200, f"<{text}>".encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""


ID_AND_ANSWER = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}


@pytest.fixture
def model(jobs: Jobs) -> Jobs:
    jobs.program(_SERVE)
    create_model(jobs)
    return jobs


def create_model(jobs: Jobs, name: str = "shop", **environment: str) -> None:
    jobs.sagemaker.create_model(
        ModelName=name, PrimaryContainer={"Image": IMAGE, "Environment": environment}, ExecutionRoleArn=jobs.role
    )


def request(name: str, split: str = "Line", assemble: str = "Line", **changes: Any) -> dict[str, Any]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}
    return {
        "TransformJobName": name,
        "ModelName": "shop",
        "BatchStrategy": "SingleRecord",
        "TransformInput": {"DataSource": source, "SplitType": split, "ContentType": "text/csv"},
        "TransformOutput": {
            "S3OutputPath": f"s3://{BUCKET}/out",
            "AssembleWith": assemble,
            "Accept": "application/json",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **changes,
    }


def finish(jobs: Jobs, name: str) -> dict[str, Any]:
    return jobs.wait(
        lambda: jobs.sagemaker.describe_transform_job(TransformJobName=name),
        "TransformJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


def run(jobs: Jobs, name: str, *args: Any, **changes: Any) -> dict[str, Any]:
    jobs.sagemaker.create_transform_job(**request(name, *args, **changes))
    return finish(jobs, name)


def test_each_object_becomes_an_output_beside_its_place_in_the_order_of_its_lines(model: Jobs) -> None:
    model.put("in/a.csv", b"slow 1\n2\nslow 3\n4\n")
    model.put("in/deep/b.csv", b"5\n6")
    model.put("in/deep/")
    job = run(model, "lines", MaxConcurrentTransforms=4)
    assert job["TransformJobStatus"] == "Completed"
    assert job["TransformStartTime"] <= job["TransformEndTime"]
    assert model.list_keys("out/") == ["out/a.csv.out", "out/deep/b.csv.out"]
    assert model.read("out/a.csv.out") == b"<slow 1>\n<2>\n<slow 3>\n<4>\n"
    assert model.read("out/deep/b.csv.out") == b"<5>\n<6>\n"


def test_many_records_share_a_request_and_an_unsplit_object_is_one(model: Jobs) -> None:
    model.put("in/a.csv", b"1\n2\n")
    run(model, "many", BatchStrategy="MultiRecord")
    assert model.read("out/a.csv.out") == b"<1\n2>\n"
    run(model, "whole", "None", "None")
    assert model.read("out/a.csv.out") == b"<1\n2\n>"


def test_payloads_under_way_at_once_are_as_many_as_asked(model: Jobs) -> None:
    for number in range(8):
        model.put(f"in/{number}", b"slow")
    started = run(model, "parallel", "None", MaxConcurrentTransforms=8)
    took = started["TransformEndTime"] - started["TransformStartTime"]
    one = run(model, "serial", "None", MaxConcurrentTransforms=1)
    assert took < (one["TransformEndTime"] - one["TransformStartTime"])
    assert (one["TransformEndTime"] - one["TransformStartTime"]).total_seconds() >= 8 * 0.2


def test_records_are_filtered_joined_with_their_answers_and_filtered_again(model: Jobs) -> None:
    model.put("in/a.csv", b"7,x\n8,z\n")
    asked = request("joined", BatchStrategy="MultiRecord", DataProcessing=ID_AND_ANSWER)
    asked["TransformOutput"]["Accept"] = "text/csv"
    model.sagemaker.create_transform_job(**asked)
    assert finish(model, "joined")["TransformJobStatus"] == "Completed"
    assert model.read("out/a.csv.out") == b"7,<x\n8,z>\n"


def test_the_container_knows_that_it_is_a_batch_job(model: Jobs) -> None:
    model.put("in/a", b"about")
    run(model, "about", "None", Environment={"OWN": "1"}, MaxPayloadInMB=2)
    told = json.loads(model.read("out/a.out"))
    assert told == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
        "OWN": "1",
        "model": [],
        "types": ["text/csv", "application/json"],
    }


def test_a_container_may_say_how_it_wants_to_be_fed(model: Jobs) -> None:
    create_model(model, "own", PARAMETERS='{"BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 1}')
    model.put("in/a", b"1\n2\n")
    asked = request("own", ModelName="own")
    del asked["BatchStrategy"]
    model.sagemaker.create_transform_job(**asked)
    assert finish(model, "own")["TransformJobStatus"] == "Completed"
    assert model.read("out/a.out") == b"<1\n2>\n"


def test_an_object_that_fails_has_no_output_and_fails_the_job_while_others_go_on(model: Jobs) -> None:
    model.put("in/a", b"1\nbad\n3\n")
    model.put("in/b", b"4\n")
    job = run(model, "bad")
    assert (job["TransformJobStatus"], job["FailureReason"]) == (
        "Failed",
        "ClientError: See job logs for more information",
    )
    assert model.list_keys("out/") == ["out/b.out"]


def test_a_request_that_fails_once_is_tried_again_unless_told_not_to(model: Jobs) -> None:
    model.put("in/a", b"once\n")
    assert run(model, "again")["TransformJobStatus"] == "Completed"
    job = run(model, "never", ModelClientConfig={"InvocationsMaxRetries": 0, "InvocationsTimeoutInSeconds": 60})
    assert (job["TransformJobStatus"], job["FailureReason"]) == (
        "Failed",
        "AlgorithmError: See job logs for more information",
    )


def test_a_container_that_ends_fails_the_job_with_its_exit_code(model: Jobs) -> None:
    model.put("in/a", b"exit\n")
    reason = run(model, "exit")["FailureReason"]
    assert reason == "AlgorithmError: See job logs for more information, exit code: 3"
    model.program("raise SystemExit(4)")
    assert run(model, "start")["FailureReason"].endswith("exit code: 4")


def test_a_record_larger_than_a_payload_fails_its_object(model: Jobs) -> None:
    model.put("in/a", b"x" * (1024 * 1024 + 1))
    job = run(model, "large", MaxPayloadInMB=1)
    assert job["FailureReason"].startswith("ClientError: A record of 1048577 bytes is larger than MaxPayloadInMB")


def test_without_objects_the_job_fails(model: Jobs) -> None:
    assert "No S3 objects found" in run(model, "empty")["FailureReason"]


def test_a_stopped_job_stores_nothing(model: Jobs) -> None:
    model.put("in/a", b"1\n")
    model.put("in/b", b"wait\n")
    model.sagemaker.create_transform_job(**request("stop"))
    model.wait(lambda: {"asked": str("asked wait" in " ".join(log(model, "stop")))}, "asked", "True")
    model.sagemaker.stop_transform_job(TransformJobName="stop")
    job = finish(model, "stop")
    assert job["TransformJobStatus"] == "Stopped"
    assert model.list_keys("out/") == []
    with pytest.raises(ClientError, match="because the transform job is in status Stopped"):
        model.sagemaker.stop_transform_job(TransformJobName="stop")


def log(jobs: Jobs, name: str, *, data: bool = False) -> list[str]:
    logs = jobs.aws.client("logs")
    group = "/aws/sagemaker/TransformJobs"
    try:
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/i-")["logStreams"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    names = [one["logStreamName"] for one in streams if one["logStreamName"].endswith("/data-log") == data]
    return [
        event["message"]
        for stream in names
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    ]


def test_output_and_failed_requests_are_logged(model: Jobs) -> None:
    model.put("in/a", b"bad\n")
    run(model, "logged")
    assert log(model, "logged") == ["asked bad"]
    (line,) = log(model, "logged", data=True)
    assert line.endswith(":[sagemaker logs]: Bad HTTP status received from algorithm: 400")


def test_changes_of_state_are_events(model: Jobs) -> None:
    seen: list[tuple[str, str]] = []
    emit = model.aws.cloud.bus.emit

    def record(scope: Any, *, source: str, detail_type: str, detail: Any, resources: Any) -> None:
        seen.append((detail_type, detail.get("TransformJobStatus", "")))
        emit(scope, source=source, detail_type=detail_type, detail=detail, resources=resources)

    model.aws.cloud.bus.emit = record
    try:
        model.put("in/a", b"1\n")
        run(model, "events")
    finally:
        model.aws.cloud.bus.emit = emit
    assert seen[-1] == ("SageMaker Transform Job State Change", "Completed")
    assert {kind for kind, _ in seen} == {"SageMaker Transform Job State Change"}


def test_jobs_are_listed_and_tagged(model: Jobs) -> None:
    model.put("in/a", b"1\n")
    arn = model.sagemaker.create_transform_job(**request("one"), Tags=[{"Key": "a", "Value": "b"}])["TransformJobArn"]
    finish(model, "one")
    listed = model.sagemaker.list_transform_jobs(StatusEquals="Completed")["TransformJobSummaries"]
    assert [job["TransformJobName"] for job in listed] == ["one"]
    assert model.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ModelName": "none"}, "Could not find model"),
        ({"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2}}, "on one instance"),
        ({"MaxConcurrentTransforms": 20, "MaxPayloadInMB": 6}, "must not exceed 100 MB, got 120 MB"),
        ({"DataProcessing": {"InputFilter": "$["}}, "InputFilter .* is not a valid JSONPath"),
        ({"DataProcessing": {"JoinSource": "Input"}}, "must be the same"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c"}}, "DataCaptureConfig"),
    ],
)
def test_what_is_not_served_is_refused(model: Jobs, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        model.sagemaker.create_transform_job(**request("refused", **changes))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("TransformInput", "SplitType"), "RecordIO", "SplitType RecordIO is not served"),
        (("TransformInput", "CompressionType"), "Gzip", "Gzip is not served"),
        (("TransformInput", "DataSource", "S3DataSource", "S3DataType"), "ManifestFile", "ManifestFile is not served"),
    ],
)
def test_inputs_that_are_not_served_are_refused(model: Jobs, path: Any, value: str, message: str) -> None:
    asked = request("refused")
    place: Any = asked
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ClientError, match=message):
        model.sagemaker.create_transform_job(**asked)


def test_a_job_that_ran_when_the_cloud_stopped_has_failed_at_the_next_start(model: Jobs) -> None:
    document = {**request("cut"), "TransformJobArn": "arn", "TransformJobStatus": "InProgress"}
    model.aws.cloud.store.put(model.aws.scope, "TransformJob", "cut", document)
    transform.start(model.aws.cloud)
    job = model.aws.cloud.store.get(model.aws.scope, "TransformJob", "cut")
    assert job is not None
    assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", INTERRUPTED)


def pipeline_of(jobs: Jobs) -> str:
    create = {
        "Name": "Create",
        "Type": "Model",
        "Arguments": {"PrimaryContainer": {"Image": IMAGE}, "ExecutionRoleArn": jobs.role},
    }
    arguments = {**request("named by the pipeline"), "ModelName": {"Get": "Steps.Create.ModelName"}}
    apply = {"Name": "Apply", "Type": "Transform", "Arguments": arguments}
    definition = json.dumps({"Version": "2020-12-01", "Steps": [create, apply]})
    jobs.sagemaker.create_pipeline(PipelineName="batch", PipelineDefinition=definition, RoleArn=jobs.role)
    return jobs.sagemaker.start_pipeline_execution(PipelineName="batch")["PipelineExecutionArn"]


def test_a_pipelines_step_transforms_with_the_model_of_the_step_before(model: Jobs) -> None:
    model.put("in/a", b"1\n")
    execution = pipeline_of(model)
    ended = model.wait(
        lambda: model.sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution),
        "PipelineExecutionStatus",
        "Succeeded",
        "Failed",
    )
    assert ended["PipelineExecutionStatus"] == "Succeeded"
    assert model.read("out/a.out") == b"<1>\n"
    steps = model.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
    arn = next(step["Metadata"]["TransformJob"]["Arn"] for step in steps if step["StepName"] == "Apply")
    assert ":transform-job/pipelines-" in arn


def test_stopping_an_execution_stops_its_transform_job(model: Jobs) -> None:
    model.put("in/a", b"wait\n")
    execution = pipeline_of(model)

    def status() -> dict[str, Any]:
        found = model.sagemaker.list_transform_jobs()["TransformJobSummaries"]
        return {"status": found[0]["TransformJobStatus"] if found else "none"}

    model.wait(status, "status", "InProgress")
    model.sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution, ClientRequestToken="t" * 32)
    model.wait(status, "status", "Stopped")
