"""The local cloud killed in the middle of a run: the next start continues it or says what was lost."""

import json
import os
import signal
import time
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.e2e


def until(found: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for the outside world; there is no clock of ours to script here."""
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.2)


def test_a_run_survives_the_kill_of_the_cloud_or_is_reported(house):
    started = house.run("trainyard", "pipeline", "run", "recommender", "--latest", "--detach", "--json")
    assert started.returncode == 0, started.stderr
    execution = json.loads(started.stdout)["execution_arn"]
    cloud = json.loads((house.path / ".trainyard" / "cloud" / "cloud.json").read_text())
    jobs = house.path / ".trainyard" / "cloud" / "jobs"
    before = set(jobs.rglob("output.log"))
    until(lambda: bool(set(jobs.rglob("output.log")) - before), 60, "the start of a job")
    os.kill(cloud["pid"], signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{cloud['pid']}"), 20, "the end of the killed process")

    gone = house.run("trainyard", "local", "status")
    assert "is not running" in gone.stdout
    again = house.run("trainyard", "local", "start", "--speed", "20")
    assert again.returncode == 0, again.stderr
    assert "was running when the cloud stopped; it has failed" in again.stdout

    followed = house.run("trainyard", "pipeline", "follow", execution, "--json")
    assert followed.returncode in (0, 1, 3), followed.stderr
    assert json.loads(followed.stdout)["outcome"] in ("registered", "rejected", "failed")
    if followed.returncode == 1:
        assert "local cloud" in json.loads(followed.stdout)["reason"]

    answered = house.run("trainyard", "status", "--json")
    assert json.loads(answered.stdout)["services"]["recommender"]["endpoint_status"] == "InService"
