"""What is left of functions when the cloud ends: nothing that runs, all that is known, every event."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from localcloud import daemon
from localcloud.clients import Clients
from localcloud.functions import executor
from localcloud.functions.asynchronous import EVENT
from localcloud.home import Home
from localcloud.scope import Scope
from localcloud.store import Store
from localcloud.testing import running_cloud

from .world import World, archive, eventually, trust

SCOPE = Scope("000000000001", "eu-west-1")
WAITS = """
import os, pathlib, time
def handler(event, context):
    folder = pathlib.Path(event)
    with (folder / "processes").open("a") as file:
        file.write(f"{os.getpid()}\\n")
    while not (folder / "enough").exists():
        time.sleep(0.02)
    (folder / "done").touch()
"""


def gone(process: int) -> bool:
    """Return whether a process has ended, be it not yet waited for."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def command(home: Path, *arguments: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    subprocess.run(
        [sys.executable, "-m", "localcloud", "--home", str(home), *arguments],
        check=True,
        capture_output=True,
        env=environ,
    )


def processes(folder: Path) -> list[int]:
    file = folder / "processes"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def age(home: Path) -> None:
    """Let the events that wait have been accepted a day ago."""
    store = Store(Home(home).documents)
    ((scope, request_id, _),) = store.scan(EVENT)
    store.update(scope, EVENT, request_id, Accepted=datetime.now(UTC) - timedelta(days=1))
    store.close()


def connected_topic(world: World) -> str:
    """Return a topic whose messages the function `told` prints."""
    printing = "print('SEEN ' + json.dumps(event['Records'][0]['Sns']['Message']))"
    source = f"import json\ndef handler(event, context):\n    {printing}\n"
    arn, sns = world.make("told", source), world.aws.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    world.functions.add_permission(
        FunctionName="told",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    return topic


def test_functions_urls_policies_and_waiting_events_outlive_a_stop(tmp_path: Path) -> None:
    home, seen = tmp_path / "home", tmp_path / "seen"
    seen.mkdir()
    with running_cloud(home, speed=120) as aws:
        world = World(aws)
        world.make("waits", WAITS, Timeout=60, Tags={"a": "b"})
        url = world.functions.create_function_url_config(FunctionName="waits", AuthType="AWS_IAM")["FunctionUrl"]
        world.functions.add_permission(
            FunctionName="waits", StatementId="s", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
        )
        topic = connected_topic(world)
        aws.client("sns").publish(TopicArn=topic, Message="before")
        world.seen("told")
        payload = json.dumps(str(seen))
        world.functions.invoke(FunctionName="waits", InvocationType="Event", Payload=payload)
        (first,) = eventually(lambda: processes(seen))
    assert gone(first)
    assert not (seen / "done").exists()
    (seen / "enough").touch()
    age(home)
    with running_cloud(home, speed=120) as aws:
        world = World(aws)
        eventually((seen / "done").exists)
        assert len(processes(seen)) == 2
        assert world.functions.get_function(FunctionName="waits")["Tags"] == {"a": "b"}
        assert world.functions.get_function_url_config(FunctionName="waits")["FunctionUrl"] == url
        assert "sns.amazonaws.com" in world.functions.get_policy(FunctionName="waits")["Policy"]
        aws.client("sns").publish(TopicArn=topic, Message="after")
        assert sorted(world.seen("told", 2)) == ["after", "before"]  # which was not delivered again
        assert "waits" in {one["FunctionName"] for one in world.functions.list_functions()["Functions"]}
        second = processes(seen)[1]
        assert not gone(second)
    assert gone(second)


def test_a_daemon_that_is_killed_leaves_no_process_and_its_next_start_runs_the_event_again(tmp_path: Path) -> None:
    home, seen = tmp_path / "home", tmp_path / "seen"
    seen.mkdir()
    try:
        command(home, "start", "--speed", "120")
        instance = daemon.find(Home(home))
        assert instance is not None
        clients = Clients(instance.endpoint_url)
        role = clients("iam", SCOPE).create_role(RoleName="r", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
        functions = clients("lambda", SCOPE)
        functions.create_function(
            FunctionName="waits",
            Runtime="python3.13",
            Handler="main.handler",
            Role=role,
            Timeout=60,
            Code={"ZipFile": archive(main=WAITS)},
        )
        functions.invoke(FunctionName="waits", InvocationType="Event", Payload=json.dumps(str(seen)))
        (first,) = eventually(lambda: processes(seen))
        os.kill(instance.pid, signal.SIGKILL)
        eventually(lambda: gone(first), 5)
    finally:
        command(home, "stop")
    (seen / "enough").touch()
    with running_cloud(home, speed=120):
        eventually((seen / "done").exists)
        assert len(processes(seen)) == 2


def test_a_process_that_waits_too_long_for_an_event_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "_LEAST_IDLE_SECONDS", 0.2)
    monkeypatch.setattr(executor, "_SWEEP_SECONDS", 0.05)
    with running_cloud(tmp_path, speed=10_000) as aws:
        world = World(aws)
        world.make("idle", "import os\ndef handler(event, context):\n    return os.getpid()\n")
        process = world.invoke("idle")
        eventually(lambda: gone(process), 5)
        assert world.invoke("idle") != process
