"""Twenty releases under load, each by the command that a person would type, and whether it told the truth."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.release.samples import Span
from tests.shop.environment import TABLE, Shop
from trainyard.release.record import Record
from trainyard.release.table import DeploymentTable

TRAINYARD = str(Path(sys.executable).parent / "trainyard")
OTHER_MACHINE = ("nice", "-n", "10")
"""An operator's machine is not the endpoint's host: here both are one, and the command has to give way."""
STRATEGIES = ("all_at_once", "canary", "linear", "rolling")
TURN_SLOW = (3, 6, 9, 12, 17)
"""Numbers of the releases whose model turns slow under live traffic: every strategy has one, one has two."""
SLOW_SECONDS = "1.0"
LIVE, ROLLED_BACK = 0, 4
"""Exit codes."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One release: what was asked, what the command said, and what is true."""

    number: int
    strategy: str
    slow: bool
    exit_code: int
    output: str
    record: Record
    live_config: str
    instances: int
    answering: frozenset[str]
    before: str
    """The version that was live before it."""

    @property
    def span(self) -> Span:
        """From the request to SageMaker to the verdict."""
        at = {event.text.split(" ", 1)[0]: event.at for event in self.record.progress.timeline}
        return Span(at["Update"], at.get("Verified:", at.get("Not", 0.0)))

    @property
    def is_live(self) -> bool:
        """Whether the new version serves: alone, and under the config of this release."""
        plan = self.record.plan
        return self.live_config == plan.config_name and self.answering == {plan.version}

    @property
    def is_back(self) -> bool:
        """Whether the old version serves, alone, as if nothing had been."""
        return self.live_config != self.record.plan.config_name and self.answering == {self.before}

    @property
    def is_true(self) -> bool:
        """Whether exit code, words and record say what is."""
        status = self.record.status
        if self.exit_code == LIVE:
            return self.is_live and status == "succeeded" and "Live:" in self.output
        if self.exit_code == ROLLED_BACK:
            return self.is_back and status == "rolled_back" and bool(self.record.progress.tripped)
        return False


def tell(shop: Shop, environ: dict[str, str], count: int) -> Iterator[Told]:
    """Release `count` times and yield what became of each."""
    before = "baseline"
    for number in range(1, count + 1):
        slow = number in TURN_SLOW
        version = shop.register(NUMBER=str(number), **({"SLOW_WHEN_LIVE": SLOW_SECONDS} if slow else {}))
        strategy = STRATEGIES[(number - 1) % len(STRATEGIES)]
        ended = release(shop, environ, "--model-version", str(version), "--strategy", strategy)
        endpoint = shop.sagemaker.describe_endpoint(EndpointName="shop-dev")
        told = Told(
            number=number,
            strategy=strategy,
            slow=slow,
            exit_code=ended.returncode,
            output=ended.stdout + ended.stderr,
            record=last(shop),
            live_config=endpoint["EndpointConfigName"],
            instances=min(
                endpoint["ProductionVariants"][0][f"{which}InstanceCount"] for which in ("Current", "Desired")
            ),
            answering=answering(shop),
            before=before,
        )
        yield told
        before = str(version) if told.exit_code == LIVE else before


def release(shop: Shop, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `trainyard release start`."""
    command = [
        *OTHER_MACHINE,
        TRAINYARD,
        "release",
        "start",
        "shop",
        "--golden",
        shop.golden,
        "--poll-seconds",
        "0.5",
        *arguments,
    ]
    return subprocess.run(
        command, env={**os.environ, **environ, "COLUMNS": "200"}, capture_output=True, text=True, check=False
    )


def last(shop: Shop) -> Record:
    """Return the newest record of the deployments table."""
    return DeploymentTable(shop.dynamodb, TABLE).releases("shop", limit=1)[0]


def answering(shop: Shop, times: int = 20) -> frozenset[str]:
    """Return the versions that answer customers now."""
    return frozenset(str(ask(shop)["model_version"]) for _ in range(times))


def ask(shop: Shop) -> dict[str, Any]:
    """Send one request as a customer would."""
    body = json.dumps({"customers": [1], "k": 10})
    answer = shop.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="shop-dev", ContentType="application/json", Body=body
    )
    return dict(json.loads(answer["Body"].read()))
