"""Releases whose driver is killed: the real command, ended with SIGKILL at a sampled action, then resumed."""

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.release.releases import SLOW_SECONDS, STRATEGIES, TRAINYARD, answering, last
from tests.shop.environment import TABLE, Shop
from trainyard.release.table import DeploymentTable

SEED = 7
ACTIONS = 12
"""Lines that a release prints, one an action or a wait: the kill comes at one of them."""
RESUMES = 3
OUTCOMES = {"succeeded": 0, "rolled_back": 4, "failed": 1}
"""Status of a record to the exit code that tells of it."""


@dataclass(frozen=True)
class Killed:
    """One release whose driver was killed.

    Attributes:
        case: strategy, kind of model, and the action at which the kill came.
        converged: the release was closed by those who resumed it, and nothing of it is left that should not be.
        true: record and exit code say what is live.
    """

    case: str
    converged: bool
    true: bool
    said: str

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.converged and self.true


def sample(shop: Shop, environ: dict[str, str], count: int) -> Iterator[Killed]:
    """Release `count` times, kill each driver once, resume it, and yield what became of it."""
    draw = random.Random(SEED)
    live = "baseline"
    for number in range(count):
        slow = number % 4 == 3
        version = str(shop.register(NUMBER=str(number), **({"SLOW_WHEN_LIVE": SLOW_SECONDS} if slow else {})))
        strategy, at = STRATEGIES[number % len(STRATEGIES)], draw.randrange(1, ACTIONS)
        line = _start_and_kill(shop, environ, version, strategy, at)
        code = _resume(shop, environ)
        yield _judge(shop, f"{strategy}, {'slow' if slow else 'good'} model, killed at: {line}", version, live, code)
        live = last(shop).plan.version if last(shop).status == "succeeded" else live


def _start_and_kill(shop: Shop, environ: dict[str, str], version: str, strategy: str, at: int) -> str:
    """Start a release, kill its driver when it prints its action number `at`, and return that line."""
    options = ["--model-version", version, "--strategy", strategy, "--golden", shop.golden, "--poll-seconds", "0.2"]
    process = subprocess.Popen(
        [TRAINYARD, "release", "start", "shop", *options],
        env={**os.environ, **environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdout is not None
        actions = (text for text in process.stdout if text.startswith("  "))
        lines = [line for _, line in zip(range(at), actions, strict=False)]
        process.send_signal(signal.SIGKILL)
    return lines[-1].strip()[:60]


def _resume(shop: Shop, environ: dict[str, str]) -> int | None:
    """Resume the open release, and return the exit code; None where there was nothing to resume."""
    code: int | None = None
    for _ in range(RESUMES):
        if DeploymentTable(shop.dynamodb, TABLE).open_release("shop") is None:
            break
        command = [TRAINYARD, "release", "resume", "shop", "--poll-seconds", "0.2"]
        code = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, check=False).returncode
    return code


def _judge(shop: Shop, case: str, version: str, before: str, code: int | None) -> Killed:
    record, left = last(shop), shop.left()
    live = version if record.status == "succeeded" else before
    converged = (
        DeploymentTable(shop.dynamodb, TABLE).open_release("shop") is None
        and left["endpoints"] == {"shop-dev"}
        and shop.live_config() in left["configs"]
        and (record.status == "succeeded" or record.plan.config_name not in left["configs"])
    )
    told = code is None or code == OUTCOMES.get(record.status)
    is_live = answering(shop) == {live} and (shop.live_config() == record.plan.config_name) == (live == version)
    return Killed(case, converged, told and is_live, f"{record.status}: {record.progress.reason[:120]}")
