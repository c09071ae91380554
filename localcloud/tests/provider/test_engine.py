"""The plugin under the real engine: up, an empty second preview, drift, an update, a refusal, destroy."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

from localcloud.testing import CloudUnderTest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no Pulumi engine on PATH; `make setup` obtains one"),
]

Program = Callable[[], None]


@pytest.fixture
def stack(
    aws_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Program], automation.Stack]:
    (tmp_path / "state").mkdir()
    (tmp_path / "work").mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    monkeypatch.setenv("PATH", path)
    variables = {
        **aws_environment,
        "PATH": path,
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    settings = automation.ProjectSettings(name="try", runtime="python")
    options = automation.LocalWorkspaceOptions(
        work_dir=str(tmp_path / "work"), env_vars=variables, project_settings=settings
    )

    def make(program: Program) -> automation.Stack:
        found = automation.create_or_select_stack("dev", project_name="try", program=program, opts=options)
        found.set_config("aws:region", automation.ConfigValue("eu-west-1"))
        found.set_config("aws:defaultTags", automation.ConfigValue(json.dumps({"tags": {"env": "dev"}})))
        return found

    return make


@pytest.fixture
def aws_environment(environment: dict[str, str]) -> dict[str, str]:
    return environment


def buckets(tags: dict[str, str], versioned: str = "Enabled") -> Program:
    def program() -> None:
        bucket = aws.s3.Bucket("data", force_destroy=True, tags=tags)
        aws.s3.BucketVersioning(
            "versions",
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status=versioned),
        )
        aws.s3.BucketObjectv2("text", bucket=bucket.bucket, key="a.txt", source=pulumi.StringAsset("hello"))
        aws.ssm.Parameter("secret", name="/try/secret", type="SecureString", value=pulumi.Output.secret("hidden"))
        pulumi.export("bucket", bucket.bucket)
        pulumi.export("tags", bucket.tags_all)

    return program


def test_a_stack_comes_up_settles_changes_and_goes(
    stack: Callable[[Program], automation.Stack], aws: CloudUnderTest
) -> None:
    first = stack(buckets({"role": "raw"}))
    made = first.up()
    name = made.outputs["bucket"].value
    assert made.outputs["tags"].value == {"env": "dev", "role": "raw"}
    assert first.preview().change_summary == {"same": 5}
    assert first.preview(refresh=True).change_summary == {"same": 5}
    assert b"hidden" not in (Path(first.workspace.work_dir).parent / "state/.pulumi/stacks/try/dev.json").read_bytes()

    s3 = aws.client("s3")
    assert s3.get_object(Bucket=name, Key="a.txt")["Body"].read() == b"hello"
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "role", "Value": "drifted"}]})
    assert first.preview(refresh=True).change_summary == {"same": 4, "update": 1}
    first.up(refresh=True)
    assert {tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]} == {"dev", "raw"}

    first.destroy()
    assert name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def functions(folder: Path, word: str) -> Program:
    def program() -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = aws.iam.Role("runner", assume_role_policy=trust)
        source = f"import shared.words\ndef handler(event, context):\n    return shared.words.said({word!r})\n"
        code = pulumi.AssetArchive({"main.py": pulumi.StringAsset(source), "shared": pulumi.FileArchive(str(folder))})
        function = aws.lambda_.Function(
            "speak", runtime="python3.13", handler="main.handler", role=role.arn, code=code, timeout=30
        )
        rule = aws.cloudwatch.EventRule("minute", schedule_expression="rate(1 minute)")
        aws.cloudwatch.EventTarget("minute", rule=rule.name, arn=function.arn)
        aws.lambda_.Permission(
            "minute",
            function=function.name,
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        url = aws.lambda_.FunctionUrl("url", function_name=function.name, authorization_type="AWS_IAM")
        aws.lambda_.FunctionEventInvokeConfig("events", function_name=function.name, maximum_retry_attempts=0)
        pulumi.export("function", function.name)
        pulumi.export("url", url.function_url)

    return program


def test_a_function_comes_up_from_its_files_settles_and_follows_its_code(
    stack: Callable[[Program], automation.Stack], aws: CloudUnderTest, tmp_path: Path
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "words.py").write_text("def said(word):\n    return word.upper()\n")
    made = stack(functions(folder, "hello")).up()
    name = made.outputs["function"].value
    assert json.loads(aws.client("lambda").invoke(FunctionName=name)["Payload"].read()) == "HELLO"
    again = stack(functions(folder, "hello"))
    assert again.preview().change_summary == {"same": 8}
    assert again.preview(refresh=True).change_summary == {"same": 8}
    (folder / "words.py").write_text("def said(word):\n    return word.title()\n")
    assert again.up().summary.resource_changes == {"same": 7, "update": 1}
    assert json.loads(aws.client("lambda").invoke(FunctionName=name)["Payload"].read()) == "Hello"
    again.destroy()
    assert aws.client("lambda").list_functions()["Functions"] == []


def test_a_refusal_is_one_line_without_a_traceback(stack: Callable[[Program], automation.Stack]) -> None:
    failing = stack(buckets({}, versioned="Perhaps"))
    with pytest.raises(automation.CommandError) as caught:
        failing.up()
    text = str(caught.value)
    assert "aws:s3/bucketVersioning:BucketVersioning 'versions' was not created: " in text
    assert "PutBucketVersioning.VersioningConfiguration.Status is 'Perhaps', AWS allows Enabled, Suspended" in text
    assert "Traceback" not in text
    failing.destroy()
