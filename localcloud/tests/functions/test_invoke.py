"""Functions run as processes: what they see, what they answer, how they fail."""

import base64
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .world import ECHO, World, archive, eventually

WITNESS = """
import json, os, sys
calls = 0

def handler(event, context):
    global calls
    calls += 1
    print("looking")
    import boto3
    return {
        "calls": calls,
        "process": os.getpid(),
        "who": boto3.client("sts").get_caller_identity()["Arn"],
        "environment": {name: os.environ.get(name) for name in event["names"]},
        "context": [context.function_name, context.invoked_function_arn, context.memory_limit_in_mb],
        "milliseconds": context.get_remaining_time_in_millis(),
        "request": context.aws_request_id,
    }
"""


def refused(code: str, call: object, **params: object) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)  # type: ignore[operator]
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"]["Message"]


def test_a_function_sees_what_it_would_see_on_aws_and_its_process_serves_again(world: World) -> None:
    arn = world.make("witness", WITNESS, Environment={"Variables": {"STAGE": "dev"}}, MemorySize=256, Timeout=20)
    names = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "STAGE", "AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME"]
    first = world.invoke("witness", {"names": names})
    assert first["environment"] == {
        "AWS_LAMBDA_FUNCTION_NAME": "witness",
        "AWS_REGION": "eu-west-1",
        "STAGE": "dev",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/witness",
    }
    assert first["who"] == "arn:aws:sts::000000000001:assumed-role/runner/witness"
    assert first["context"] == ["witness", arn, "256"]
    assert 0 < first["milliseconds"] <= 20_000
    answer = world.functions.invoke(FunctionName="witness", Payload=b'{"names": []}')
    second = json.loads(answer["Payload"].read())
    assert second["request"] == answer["ResponseMetadata"]["RequestId"]
    assert (first["calls"], second["calls"]) == (1, 2)
    assert second["process"] == first["process"]


def test_a_function_finds_no_package_of_the_cloud_s_own(world: World) -> None:
    source = """
def handler(event, context):
    found = {}
    for name in ("boto3", "moto", "localcloud", "rich", "aws_lambda_powertools"):
        try:
            __import__(name)
            found[name] = True
        except ImportError:
            found[name] = False
    return found
"""
    world.make("bare", source, Timeout=20)
    nothing = {"moto": False, "localcloud": False, "rich": False}
    assert world.invoke("bare") == {"boto3": True, **nothing, "aws_lambda_powertools": False}
    layer = "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:18"
    world.functions.update_function_configuration(FunctionName="bare", Layers=[layer])
    assert world.invoke("bare") == {"boto3": True, **nothing, "aws_lambda_powertools": True}


def test_an_answer_carries_the_end_of_the_log_which_reaches_its_group(world: World) -> None:
    world.make("speaks", "def handler(event, context):\n    print('good ' + event['word'])\n    return 1\n")
    answer = world.functions.invoke(FunctionName="speaks", Payload=b'{"word": "morning"}', LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request_id = tail[0].split()[2]
    assert tail[:3] == [
        f"START RequestId: {request_id} Version: $LATEST",
        "good morning",
        f"END RequestId: {request_id}",
    ]
    assert tail[3].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "Memory Size: 128 MB" in tail[3]
    assert "Init Duration" in tail[3]
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert eventually(lambda: world.log("speaks")) == tail
    assert "LogResult" not in world.functions.invoke(FunctionName="speaks", Payload=b'{"word": ""}')


def test_an_error_is_answered_as_the_runtime_tells_it_and_the_process_stays(world: World) -> None:
    source = "import os\ndef handler(event, context):\n    if event: raise KeyError('price')\n    return os.getpid()\n"
    world.make("raises", source)
    before = world.invoke("raises")
    answer = world.functions.invoke(FunctionName="raises", Payload=b"1")
    error = json.loads(answer["Payload"].read())
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'price'")
    assert "in handler" in error["stackTrace"][0]
    assert world.invoke("raises") == before
    assert world.total("AWS/Lambda", "Errors", FunctionName="raises") == 1
    assert world.total("AWS/Lambda", "Invocations", FunctionName="raises") == 3


def test_a_function_that_takes_too_long_is_killed(world: World) -> None:
    source = "import os, time\ndef handler(event, context):\n    if event: time.sleep(30)\n    return os.getpid()\n"
    world.make("slow", source, Timeout=1)
    process = world.invoke("slow")
    error = world.invoke("slow", 1)
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert world.invoke("slow") != process
    assert any("Task timed out after 1.00 seconds" in line for line in eventually(lambda: world.log("slow")))


@pytest.mark.parametrize(
    ("name", "source", "kind", "text"),
    [
        ("no-handler", "x = 1\n", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'"),
        ("no-module", "import absent\n", "Runtime.ImportModuleError", "Unable to import module 'main'"),
        ("exits", "import os\ndef handler(e, c): os._exit(3)\n", "Runtime.ExitError", "exit status 3"),
    ],
)
def test_what_ends_a_process_is_answered(world: World, name: str, source: str, kind: str, text: str) -> None:
    world.make(name, source)
    error = world.invoke(name)
    assert error["errorType"] == kind
    assert text in error["errorMessage"]


def test_other_code_and_configuration_count_from_the_next_invocation(world: World) -> None:
    source = "import os\ndef handler(event, context):\n    return os.environ.get('WORD', 'old')\n"
    world.make("changes", source)
    assert world.invoke("changes") == "old"
    changed = world.functions.update_function_configuration(
        FunctionName="changes", Environment={"Variables": {"WORD": "new"}}
    )
    assert changed["LastUpdateStatus"] == "Successful"
    assert world.invoke("changes") == "new"
    code = archive(main="def handler(event, context):\n    return 'other'\n")
    world.functions.update_function_code(FunctionName="changes", ZipFile=code)
    assert world.invoke("changes") == "other"


def test_code_comes_from_a_bucket(world: World) -> None:
    s3 = world.aws.client("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": world.aws.region})
    s3.put_object(Bucket="code", Key="f.zip", Body=archive(main="def handler(event, context):\n    return 'stored'\n"))
    world.make("stored", Code={"S3Bucket": "code", "S3Key": "f.zip"})
    assert world.invoke("stored") == "stored"
    text = refused(
        "InvalidParameterValueException",
        world.functions.update_function_code,
        FunctionName="stored",
        S3Bucket="code",
        S3Key="absent.zip",
    )
    assert "S3 Error Code: NoSuchKey" in text


def test_reserved_concurrency_is_the_most_there_is(world: World, tmp_path: Path) -> None:
    source = """
import pathlib, time
def handler(event, context):
    if event:
        pathlib.Path(event, "running").touch()
        while not pathlib.Path(event, "enough").exists():
            time.sleep(0.02)
    return "done"
"""
    world.make("narrow", source, Timeout=20)
    world.functions.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    assert world.functions.get_function(FunctionName="narrow")["Concurrency"] == {"ReservedConcurrentExecutions": 1}
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(world.invoke, "narrow", str(tmp_path))
        eventually((tmp_path / "running").exists)
        text = refused("TooManyRequestsException", world.functions.invoke, FunctionName="narrow", Payload=b"0")
        (tmp_path / "enough").touch()
        assert first.result() == "done"
    assert text == "Rate Exceeded."
    world.functions.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as caught:
        world.functions.invoke(FunctionName="narrow", Payload=b"0")
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert world.total("AWS/Lambda", "Throttles", FunctionName="narrow") >= 1
    world.functions.delete_function_concurrency(FunctionName="narrow")
    assert world.invoke("narrow", 0) == "done"


def test_a_dry_run_runs_nothing_and_a_request_is_checked(world: World) -> None:
    world.make("checked", "def handler(event, context):\n    raise ValueError\n")
    assert world.functions.invoke(FunctionName="checked", InvocationType="DryRun")["StatusCode"] == 204
    text = refused("InvalidRequestContentException", world.functions.invoke, FunctionName="checked", Payload=b"{no")
    assert text.startswith("Could not parse request body into json")
    large = b'"' + b"x" * 1_048_576 + b'"'
    refused(
        "RequestTooLargeException",
        world.functions.invoke,
        FunctionName="checked",
        InvocationType="Event",
        Payload=large,
    )
    absent = refused("ResourceNotFoundException", world.functions.invoke, FunctionName="absent")
    assert absent == "Function not found: arn:aws:lambda:eu-west-1:000000000001:function:absent"
    refused("ResourceNotFoundException", world.functions.invoke, FunctionName="checked", Qualifier="live")


def test_a_function_that_is_deleted_is_gone_with_its_processes(world: World) -> None:
    source = "import os\ndef handler(event, context):\n    return os.getpid()\n"
    world.make("leaves", source)
    process = world.invoke("leaves")
    world.functions.delete_function(FunctionName="leaves")
    refused("ResourceNotFoundException", world.functions.get_function, FunctionName="leaves")
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    world.make("leaves", source)
    assert world.invoke("leaves") == world.invoke("leaves")


def test_another_account_may_invoke_what_a_policy_names_it_in(world: World) -> None:
    arn = world.make("shared")
    other = world.aws.client("lambda", account="000000000002")
    text = refused("AccessDeniedException", other.invoke, FunctionName=arn)
    assert "because no resource-based policy allows the lambda:InvokeFunction action" in text
    world.functions.add_permission(
        FunctionName="shared", StatementId="two", Action="lambda:InvokeFunction", Principal="000000000002"
    )
    assert json.loads(other.invoke(FunctionName=arn, Payload=b"7")["Payload"].read()) == 7
    refused("AccessDeniedException", other.delete_function, FunctionName=arn)


def test_functions_of_one_archive_made_at_the_same_moment_all_run_it(world: World) -> None:
    role, code = world.role(), archive(main=f"# made at once\n{ECHO}")

    def make(number: int) -> Any:
        name = f"twin-{number}"
        world.make(name, Role=role, Code={"ZipFile": code})
        return world.invoke(name, number)

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(make, range(6))) == list(range(6))


def test_permissions_given_at_the_same_moment_all_stay(world: World) -> None:
    world.make("permitted")

    def permit(number: int) -> None:
        world.functions.add_permission(
            FunctionName="permitted",
            StatementId=f"s{number}",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(permit, range(16)))
    policy = json.loads(world.functions.get_policy(FunctionName="permitted")["Policy"])
    assert {each["Sid"] for each in policy["Statement"]} == {f"s{number}" for number in range(16)}
