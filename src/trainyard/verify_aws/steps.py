"""What is verified: the loop and a release, each step a command that a person would type."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from trainyard import aws
from trainyard.demo.command import Commands
from trainyard.demo.orders import simulate
from trainyard.demo.shop import frequent_customers
from trainyard.errors import TrainyardError
from trainyard.verify_aws.place import Place

ROWS = 40_000
"""Of simulated orders: a model beats personal frequency on them by a tenth, which the gate always asks for."""


@dataclass
class Steps:
    """The steps of one verification, in order; each adds to the facts."""

    commands: Commands
    place: Place
    service: str
    region: str
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield "environment", self._up
        yield "images", self._images
        yield "orders", self._orders
        yield "pipeline", self._pipeline
        yield "release", self._release
        yield "predictions", self._predictions
        yield "no_changes", self._no_changes

    def _up(self) -> None:
        self.commands.trainyard("up", "--yes")

    def _images(self) -> None:
        self.commands.trainyard("image", "push", self.service)

    def _orders(self) -> None:
        orders = simulate(self.place.orders, ROWS)
        self.commands.trainyard("data", "import", self.service, str(orders))

    def _pipeline(self) -> None:
        self.commands.trainyard("pipeline", "deploy", self.service)
        self.commands.trainyard("pipeline", "run", self.service, "--latest")
        self.version = str(self.commands.last_run(self.service)["version"])

    def _release(self) -> None:
        reason = ("--by", "verify-aws", "--reason", "verification of this account")
        self.commands.trainyard("model", "approve", self.service, self.version, *reason)
        self.commands.trainyard("release", "start", self.service, "--model-version", self.version)
        self.status = self.commands.ask("status")["services"][self.service]
        self.facts["live_version_is_the_released"] = str(self.status["live_version"]) == self.version

    def _predictions(self) -> None:
        customers = frequent_customers(self.place.orders, 5)
        runtime = aws.runtime_without_retries(self.region)
        answer = runtime.invoke_endpoint(
            EndpointName=self.status["endpoint"],
            ContentType="application/json",
            Body=json.dumps({"customers": customers}),
        )
        content = json.loads(answer["Body"].read())
        if str(content["model_version"]) != self.version:
            raise TrainyardError(f"Version {content['model_version']} answers, and {self.version} was released")
        self.facts["predictions"] = len(content["recommendations"])

    def _no_changes(self) -> None:
        code = self.commands.trainyard("preview", "--refresh", "--expect-no-changes", expect=(0, 1))
        self.facts["second_preview_changes_nothing"] = code == 0
