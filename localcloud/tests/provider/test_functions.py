"""Lambda's types: code from an archive, settings that change in place, permissions, URLs, and functions that run."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from google.protobuf import struct_pb2

from localcloud.provider.archives import zipped
from localcloud.provider.errors import ProviderError
from localcloud.provider.provider import Provider
from localcloud.provider.values import Asset, decode
from localcloud.testing import CloudUnderTest

from .world import Made, World

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
ECHO = "import os\ndef handler(event, context):\n    return [event, os.environ.get('WORD')]\n"


def wire(kind: str, hashed: str, **fields: object) -> struct_pb2.Value:
    """Return an asset or archive as the engine sends it."""
    struct = struct_pb2.Struct()
    struct.update({_SIGNATURE: kind, "hash": hashlib.sha256(hashed.encode()).hexdigest()})
    for name, value in fields.items():
        if isinstance(value, Mapping):
            struct.fields[name].struct_value.SetInParent()
            for inner, part in value.items():
                struct.fields[name].struct_value.fields[inner].CopyFrom(part)
        else:
            struct.update({name: value})
    return struct_pb2.Value(struct_value=struct)


def asset_of(value: struct_pb2.Value) -> Asset:
    found = decode(value)
    assert isinstance(found, Asset)
    return found


def code(source: str) -> Asset:
    return asset_of(wire(_ARCHIVE, source, assets={"main.py": wire(_ASSET, source, text=source)}))


@pytest.fixture
def world(provider: Provider) -> Iterator[World]:
    made = World(provider)
    yield made
    made.unmake()


@pytest.fixture
def role(world: World) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return world.make("aws:iam/role:Role", "runner", assumeRolePolicy=document)["arn"]


def function(world: World, role: str, **more: object) -> Made:
    settings = {"runtime": "python3.13", "handler": "main.handler", "role": role, "code": code(ECHO), **more}
    return world.make("aws:lambda/function:Function", "approve", **settings)


def answer(aws: CloudUnderTest, made: Made) -> object:
    return json.loads(aws.client("lambda").invoke(FunctionName=made["name"], Payload=b"1")["Payload"].read())


def test_a_function_settles_runs_and_changes_in_place(world: World, role: str, aws: CloudUnderTest) -> None:
    letters = world.make("aws:sqs/queue:Queue", "letters")
    made = function(
        world,
        role,
        environment={"variables": {"WORD": "hello"}},
        timeout=30,
        memorySize=256,
        tags={"team": "shop"},
        architectures=["x86_64"],
        layers=["arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:18"],
        loggingConfig={"logFormat": "JSON", "applicationLogLevel": "INFO"},
        tracingConfig={"mode": "Active"},
        deadLetterConfig={"targetArn": letters["arn"]},
        kmsKeyArn="arn:aws:kms:eu-west-1:000000000001:key/k",
        reservedConcurrentExecutions=2,
        publish=False,
    )
    world.settled(made)
    assert made["name"].startswith("approve-")
    assert made["arn"] == f"arn:aws:lambda:eu-west-1:000000000001:function:{made['name']}"
    assert made["invokeArn"].endswith(f"functions/{made['arn']}/invocations")
    assert made["tagsAll"] == {"owner": "platform", "team": "shop"}
    assert answer(aws, made) == [1, "hello"]
    digest = made["codeSha256"]
    world.change(made, code=code("def handler(event, context):\n    return 'new'\n"))
    assert answer(aws, made) == "new"
    assert made["codeSha256"] != digest
    world.change(made, environment=None, kmsKeyArn=None, deadLetterConfig=None, layers=None, tracingConfig=None)
    world.change(made, timeout=60, reservedConcurrentExecutions=None, tags=None)
    found = aws.client("lambda").get_function(FunctionName=made["name"])
    assert "Concurrency" not in found
    assert not {"Environment", "KMSKeyArn", "DeadLetterConfig", "Layers"} & {
        k for k, v in found["Configuration"].items() if v
    }


def test_another_name_or_package_type_replaces_a_function(provider: Provider, world: World, role: str) -> None:
    made = function(world, role)
    for change in ({"name": "other"}, {"packageType": "Image"}):
        found = provider.diff(made.token, made.inputs, made.state, {**made.inputs, **change})
        assert found.replaces == change.keys()


def test_code_comes_from_a_bucket(world: World, role: str, aws: CloudUnderTest) -> None:
    bucket = world.make("aws:s3/bucket:Bucket", "code", forceDestroy=True)
    place = {"Bucket": bucket["bucket"], "Key": "f.zip"}
    aws.client("s3").put_object(**place, Body=zipped(code(ECHO)))
    made = function(world, role, code=None, s3Bucket=bucket["bucket"], s3Key="f.zip")
    world.settled(made)
    assert answer(aws, made) == [1, None]


def test_what_belongs_to_a_function_settles(world: World, role: str) -> None:
    made = function(world, role)
    queue = world.make("aws:sqs/queue:Queue", "failed")
    rule = world.make("aws:cloudwatch/eventRule:EventRule", "minute", scheduleExpression="rate(1 minute)")
    permissions = [
        world.make(
            "aws:lambda/permission:Permission",
            "rule",
            function=made["name"],
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            sourceArn=rule["arn"],
        ),
        world.make(
            "aws:lambda/permission:Permission",
            "person",
            statementId="person",
            function=made["arn"],
            action="lambda:InvokeFunctionUrl",
            principal="000000000001",
            functionUrlAuthType="AWS_IAM",
        ),
        world.make(
            "aws:lambda/permission:Permission",
            "person-too",
            function=made["name"],
            action="lambda:InvokeFunction",
            principal=role,
            invokedViaFunctionUrl=True,
        ),
    ]
    target = world.make("aws:cloudwatch/eventTarget:EventTarget", "minute", rule=rule["name"], arn=made["arn"])
    url = world.make(
        "aws:lambda/functionUrl:FunctionUrl", "url", functionName=made["name"], authorizationType="AWS_IAM"
    )
    treated = world.make(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "events",
        functionName=made["name"],
        maximumRetryAttempts=0,
        maximumEventAgeInSeconds=120,
        destinationConfig={"onFailure": {"destination": queue["arn"]}},
    )
    for each in (*permissions, target, url, treated):
        world.settled(each)
    assert permissions[0]["statementId"].startswith("rule-")
    assert url["functionUrl"].endswith(f"/{url['urlId']}/")
    world.change(url, cors={"allowOrigins": ["https://example.org"], "maxAge": 60})
    world.change(url, cors=None)
    world.change(treated, maximumEventAgeInSeconds=None, destinationConfig=None, maximumRetryAttempts=1)


def test_a_function_needs_one_source_of_code(provider: Provider, role: str) -> None:
    inputs = {"runtime": "python3.13", "handler": "main.handler", "role": role}
    both = {**inputs, "code": code(ECHO), "s3Bucket": "b"}
    for given, text in ((inputs, "got none"), (both, "got code, s3Bucket")):
        _, failures = provider.check("aws:lambda/function:Function", "f", {}, given)
        assert text in failures[0].reason


def test_what_lambda_refuses_is_one_line(provider: Provider, world: World) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stranger = world.make("aws:iam/role:Role", "stranger", assumeRolePolicy=document)["arn"]
    inputs = {"name": "f", "runtime": "python3.13", "handler": "main.handler", "role": stranger, "code": code(ECHO)}
    with pytest.raises(ProviderError) as caught:
        provider.create("aws:lambda/function:Function", "f", inputs)
    assert str(caught.value) == (
        "aws:lambda/function:Function 'f' was not created: CreateFunction: InvalidParameterValueException: "
        "The role defined for the function cannot be assumed by Lambda."
    )


def test_the_same_files_are_the_same_zip_however_they_come(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    (folder / "inner").mkdir(parents=True)
    (folder / "main.py").write_text("x = 1\n")
    (folder / "inner" / "run.sh").write_text("true\n")
    (folder / "inner" / "run.sh").chmod(0o755)
    whole = asset_of(wire(_ARCHIVE, "whole", path=str(folder)))
    parts = {
        "inner": wire(_ARCHIVE, "inner", path=str(folder / "inner")),
        "main.py": wire(_ASSET, "main", path=str(folder / "main.py")),
    }
    first = zipped(whole)
    assert zipped(asset_of(wire(_ARCHIVE, "parts", assets=parts))) == first
    with zipfile.ZipFile(io.BytesIO(first)) as found:
        assert found.namelist() == ["inner/run.sh", "main.py"]
        assert found.getinfo("inner/run.sh").external_attr >> 16 == 0o100755
    file = tmp_path / "ready.zip"
    file.write_bytes(first)
    assert zipped(asset_of(wire(_ARCHIVE, "file", path=str(file)))) == first
    with pytest.raises(ProviderError, match="must be an archive of files on this machine"):
        zipped(asset_of(wire(_ARCHIVE, "far", uri="https://example.org/code.zip")))
    with pytest.raises(ProviderError, match="is none"):
        zipped(asset_of(wire(_ARCHIVE, "absent", path=str(tmp_path / "absent"))))
