"""The verification of an account, on a local cloud of its own: interrupted, interrupted again, and to its end."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.e2e.conftest import BIN, checkout
from trainyard.demo.remaining import remaining

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@dataclass(frozen=True)
class Account:
    """A checkout, and the variables of one account of its local cloud."""

    path: Path
    environ: dict[str, str]

    def start(self, log: Path, *options: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "trainyard.verify_aws", *options],
                cwd=self.path,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # What runs in the background ignores Ctrl-C, and its children inherit that.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def left(self) -> list[str]:
        keys = {
            "aws_access_key_id": self.environ["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.environ["AWS_SECRET_ACCESS_KEY"],
            "endpoint_url": self.environ["AWS_ENDPOINT_URL"],
            "region_name": self.environ["AWS_REGION"],
        }
        return list(remaining(lambda service: boto3.client(service, **keys)))


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    path = checkout(tmp_path_factory.mktemp("verify") / "checkout")
    subprocess.run([BIN / "trainyard", "local", "start", "--speed", "20"], cwd=path, check=True, capture_output=True)
    try:
        answer = subprocess.run(
            [BIN / "trainyard", "local", "env", "--json"], cwd=path, capture_output=True, text=True, check=True
        )
        yield Account(path, {**os.environ, **json.loads(answer.stdout)})
    finally:
        subprocess.run([BIN / "trainyard", "local", "stop"], cwd=path, check=False, capture_output=True)


def until(process: subprocess.Popen[bytes], log: Path, text: str) -> None:
    """Wait until the log shows a text; there is no clock of ours to script here."""
    deadline = time.monotonic() + 300
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.1)


def facts(account: Account) -> dict[str, Any]:
    summary = json.loads((account.path / "build" / "verify-aws" / "summary.json").read_text())
    return {fact["name"]: fact["value"] for fact in summary["facts"]}


def test_nothing_is_created_without_the_account_id(account: Account, tmp_path: Path):
    log = tmp_path / "log"
    assert account.start(log).wait(timeout=300) != 0
    said = " ".join(log.read_text().split())
    assert re.search(r"AWS account 000000000001 in eu-west-1.*about \d+ minutes.*Price, estimated: about", said), said
    assert account.left() == []
    assert not (account.path / ".trainyard" / "verify").exists()


def test_ctrl_c_while_the_environment_comes_up_takes_everything_away(account: Account, tmp_path: Path):
    log = tmp_path / "log"
    process = account.start(log, "--yes")
    until(process, log, "aws:s3:Bucket data-raw-bucket created")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=300) == 1, log.read_text()[-3000:]
    assert "Interrupted at 'environment'" in log.read_text()
    assert facts(account)["left_behind"] == 0
    assert account.left() == [], log.read_text()[-3000:]
    assert not (account.path / ".trainyard" / "verify").exists()


def test_after_a_kill_while_the_environment_comes_up_what_no_state_knows_is_found_too(account: Account, tmp_path: Path):
    log = tmp_path / "log"
    process = account.start(log, "--yes")
    until(process, log, "aws:s3:Bucket data-raw-bucket created")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    again = tmp_path / "again"
    assert account.start(again, "--clean-up").wait(timeout=300) == 0, again.read_text()[-4000:]
    assert account.left() == [], again.read_text()[-3000:]
    assert not (account.path / ".trainyard" / "verify").exists()


def test_after_a_kill_the_next_verification_takes_the_first_away_and_runs_to_its_end(account: Account, tmp_path: Path):
    log = tmp_path / "log"
    process = account.start(log, "--yes")
    until(process, log, "/execution/")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (account.path / ".trainyard" / "verify").exists()

    again = tmp_path / "again"
    assert account.start(again, "--yes").wait(timeout=900) == 0, again.read_text()[-4000:]
    assert again.read_text().index("removed Pipeline") < again.read_text().index("This verifies Trainyard")
    found = facts(account)
    assert found["live_version_is_the_released"] is True
    assert found["predictions"] == 5
    assert found["second_preview_changes_nothing"] is True
    assert found["left_behind"] == 0
    assert account.left() == []
    assert not (account.path / ".trainyard" / "verify").exists()
