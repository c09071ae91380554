"""One checkout, one local cloud, one story: the end-to-end tests look at the same environment from all sides."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.testing import running_cloud
from tests.shop.environment import GOLDEN, OneImage, Shop
from trainyard import aws as clients

ROOT = Path(__file__).parents[2]
REAL_ORDERS = ROOT.parent / "shared" / "data" / "online_retail.parquet"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class House:
    """A checkout of this project in a folder of its own, with the story told in it."""

    path: Path
    facts: dict[str, Any]
    story: str
    targets: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the virtual environment in this checkout, on the local target."""
        target = {**os.environ, **self.target(), **environ}
        return subprocess.run(
            [str(BIN / command[0]) if (BIN / command[0]).exists() else command[0], *command[1:]],
            cwd=self.path,
            env=target,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def client(self, service: str) -> Any:
        """Return a boto3 client of the environment's account."""
        target = self.target()
        return boto3.client(
            service,
            endpoint_url=target["AWS_ENDPOINT_URL"],
            aws_access_key_id=target["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=target["AWS_SECRET_ACCESS_KEY"],
            region_name=target["AWS_REGION"],
        )

    def target(self, stack: str = "dev") -> dict[str, str]:
        """Return the variables of `trainyard local env`, asked for once: they outlive a cloud that is killed."""
        if stack not in self.targets:
            answer = subprocess.run(
                [BIN / "trainyard", "local", "env", "--stack", stack, "--json"],
                cwd=self.path,
                capture_output=True,
                text=True,
                check=True,
            )
            self.targets[stack] = json.loads(answer.stdout)
        return self.targets[stack]


def facts_of(project: Path) -> dict[str, Any]:
    """Return the facts of the last story told in a checkout, by name."""
    summary = json.loads((project / "build" / "demo" / "summary.json").read_text())
    return {fact["name"]: fact for fact in summary["facts"]}


def checkout(target: Path) -> Path:
    """Copy what git knows of this project, uncommitted changes included, into a repository of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "as checked out"]):
        subprocess.run(["git", *command], cwd=target, check=True)
    return target


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if told_before := os.environ.get("TRAINYARD_E2E_CHECKOUT"):  # while writing tests: one that has its story already
        yield House(Path(told_before), facts_of(Path(told_before)), "")
        return
    path = checkout(tmp_path_factory.mktemp("house") / "checkout")
    command = [sys.executable, "-m", "trainyard.demo", "up"]
    if REAL_ORDERS.exists():
        command += ["--data", str(REAL_ORDERS)]
    told = subprocess.run(command, cwd=path, capture_output=True, text=True, check=False, timeout=900)
    try:
        assert told.returncode == 0, f"{told.stdout[-4000:]}\n{told.stderr[-4000:]}"
        yield House(path, facts_of(path), told.stdout)
    finally:
        subprocess.run([BIN / "trainyard", "local", "stop"], cwd=path, check=False)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Return an environment with one service on a local cloud of its own, and this process pointed at it."""
    golden = tmp_path / "golden.json"
    golden.write_text(json.dumps(GOLDEN))
    with running_cloud(tmp_path / "cloud", speed=30) as cloud:
        for name, value in {
            "AWS_ENDPOINT_URL": cloud.endpoint_url,
            "AWS_ACCESS_KEY_ID": f"LKIA{cloud.account}",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": cloud.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        clients.client.cache_clear()
        cloud.cloud.images = OneImage()
        yield Shop(cloud.client, golden)
        clients.client.cache_clear()
