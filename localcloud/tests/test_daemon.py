import json
import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from localcloud import daemon
from localcloud.clients import Clients
from localcloud.home import Home
from localcloud.scope import Scope


class Command:
    def __init__(self, home):
        self.home = home

    def __call__(self, *arguments, code=0):
        environ = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        result = subprocess.run(
            [sys.executable, "-m", "localcloud", "--home", str(self.home), *arguments],
            capture_output=True,
            text=True,
            env=environ,
        )
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    def client(self, service, account="000000000001"):
        return Clients(daemon.find(Home(self.home)).endpoint_url)(service, Scope(account, "eu-west-1"))


@pytest.fixture
def localcloud(tmp_path):
    command = Command(tmp_path / "home")
    yield command
    command("stop")


def connect_topic_to_queue(localcloud, account):
    sns, sqs = localcloud.client("sns", account), localcloud.client("sqs", account)
    topic = sns.create_topic(Name="news")["TopicArn"]
    queue = sqs.create_queue(QueueName="news")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    rule = {"Name": "approvals", "EventPattern": json.dumps({"source": ["shop"]})}
    localcloud.client("events", account).put_rule(**rule)
    localcloud.client("events", account).put_targets(Rule="approvals", Targets=[{"Id": "t", "Arn": topic}])
    return queue


def test_everything_of_every_account_is_there_after_a_kill(localcloud):
    accounts = ("000000000001", "000000000002")
    assert "is ready at" in localcloud("start")
    queues = {}
    for account in accounts:
        where = {"LocationConstraint": "eu-west-1"}
        localcloud.client("s3", account).create_bucket(Bucket=f"data-{account}", CreateBucketConfiguration=where)
        localcloud.client("s3", account).put_object(Bucket=f"data-{account}", Key="k", Body=account.encode())
        localcloud.client("sagemaker", account).create_model_package_group(ModelPackageGroupName="shop")
        queues[account] = connect_topic_to_queue(localcloud, account)
    before = daemon.find(Home(localcloud.home))
    os.kill(before.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(before.pid)] if psutil.pid_exists(before.pid) else [], timeout=10)
    assert daemon.find(Home(localcloud.home)) is None
    localcloud("start")
    after = daemon.find(Home(localcloud.home))
    assert (after.endpoint_url, after.proxy_port) == (before.endpoint_url, before.proxy_port)
    for account in accounts:
        s3, sqs = localcloud.client("s3", account), localcloud.client("sqs", account)
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [f"data-{account}"]
        assert s3.get_object(Bucket=f"data-{account}", Key="k")["Body"].read() == account.encode()
        groups = localcloud.client("sagemaker", account).list_model_package_groups()["ModelPackageGroupSummaryList"]
        assert [group["ModelPackageGroupName"] for group in groups] == ["shop"]
        entry = {"Source": "shop", "DetailType": "sold", "Detail": json.dumps({"account": account})}
        localcloud.client("events", account).put_events(Entries=[entry])
        message = sqs.receive_message(QueueUrl=queues[account], WaitTimeSeconds=5)["Messages"][0]
        event = json.loads(json.loads(message["Body"])["Message"])
        assert (event["account"], event["detail"]) == (account, {"account": account})
    assert json.loads(localcloud("status", "--json"))["recovered"]["problems"] == []
    localcloud("stop")
    assert not psutil.pid_exists(after.pid)


def test_env_names_the_running_cloud_and_the_account(localcloud):
    localcloud("start")
    variables = json.loads(localcloud("env", "--account", "000000000003", "--region", "eu-north-1", "--json"))
    assert variables["AWS_ENDPOINT_URL"] == daemon.find(Home(localcloud.home)).endpoint_url
    assert variables["AWS_ACCESS_KEY_ID"] == "LKIA000000000003"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-north-1"
    assert f"export AWS_ENDPOINT_URL={variables['AWS_ENDPOINT_URL']}" in localcloud("env")
    assert "twelve digits" in localcloud("env", "--account", "12", code=2)


def test_starting_twice_gives_the_same_cloud(localcloud):
    first = localcloud("start")
    second = localcloud("start", "--speed", "5")
    assert "already runs" in second
    assert "runs at speed 1" in second
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+", first)
    assert address in second


def test_a_second_process_cannot_take_the_home(localcloud):
    localcloud("start")
    assert "nother process already serves" in localcloud("start", "--foreground", code=1)


@pytest.mark.parametrize("arguments", [("env",), ("shell",), ("logs",)])
def test_without_a_cloud_a_command_says_how_to_start_it(localcloud, arguments):
    text = " ".join(localcloud(*arguments, code=2).split())
    assert "not running. Start it with `localcloud start`" in text or "never started" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("start", "--speed", "0"), "must be above 0"),
        (("image", "push", "--repository-uri", "x", "--source", "absent", "--entrypoint", "[]"), "not running"),
    ],
)
def test_wrong_use_exits_with_2(localcloud, arguments, message):
    assert message in " ".join(localcloud(*arguments, code=2).split())


def test_status_of_a_cloud_that_does_not_run_is_no_error(localcloud):
    assert json.loads(localcloud("status", "--json"))["running"] is False
