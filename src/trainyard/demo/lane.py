"""What one of the environments goes through between its coming up and its taking down, beside the others."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainyard.demo.dial import Dial, listed, steps, write_turned
from trainyard.demo.people import second_person
from trainyard.demo.remaining import remaining
from trainyard.demo.shell import Shell
from trainyard.environment import Environment
from trainyard.registry.archive import Place, sha256
from trainyard.release.observe import describe_config, describe_endpoint
from trainyard.release.package import container_of_model
from trainyard.release.table import DeploymentTable
from trainyard.sweep import Thing
from trainyard.teardown import Estate
from trainyard.teardown.survey import Survey, look

PREVIEWS = ("a second time", "with --refresh", "with --refresh after a release")


@dataclass
class Lane:
    """One environment, and what was found in it."""

    shell: Shell
    service: str
    up_seconds: float = 0.0
    resources: int = 0
    previews: dict[str, int] = field(default_factory=dict[str, int])
    """When a preview was made, and how many changes it found."""
    released: str = ""
    """The version that a release put live."""
    live: str = ""
    """What serves after it: the version by the deployment record, and the SHA-256 of the archive that it serves."""
    accepted: Future[None] = field(default_factory=Future[None])
    """Done when what is live was accepted, so that it may be promoted from here."""
    live_kept: bool | None = None
    """Whether `up` left what the release put live; None where it was not tried."""
    destroyed: bool = False

    def come_up(self) -> None:
        """Bring the environment up."""
        started = time.monotonic()
        self.shell.trainyard("up", "--yes")
        self.up_seconds = round(time.monotonic() - started, 1)
        exported = self.shell.pulumi("stack", "export")["deployment"]["resources"]
        self.resources = sum(1 for resource in exported if resource.get("custom"))

    def preview(self, when: str) -> None:
        """Count what a preview would change."""
        found = listed(steps(self._preview(*(["--refresh"] if "--refresh" in when else []))))
        self.previews[when] = len(found)
        self.shell.say(f"{self.shell.environment:8} previewed {when}: {', '.join(found) or 'nothing'} would change")

    def train(self, orders: Path, *settings: str) -> str:
        """Train a model on orders, approve it, and return its version."""
        run = self.shell.trainyard
        run("image", "push", self.service)
        run("data", "import", self.service, str(orders))
        run("pipeline", "deploy", self.service)
        run("pipeline", "run", self.service, "--latest", *settings)
        version = self._newest()
        self._approve(version, "the gate passed it")
        return version

    def promote_from(self, source: "Lane") -> str:
        """Wait for a version to be accepted in another environment, promote and approve it, and return its number."""
        source.accepted.result()
        ends = ("--from", source.shell.environment, "--to", self.shell.environment)
        said = self.shell.trainyard("model", "promote", self.service, *ends, "--json")
        version = str(json.loads(said.splitlines()[-1])["version"])
        self._approve(version, f"accepted in {source.shell.environment}")
        return version

    def _approve(self, version: str, reason: str) -> None:
        """Approve a version, by as many people as the environment asks for."""
        approving = ("model", "approve", self.service, version, "--reason", reason, "--by")
        self.shell.trainyard(*approving, "demo")
        if self._outputs().service(self.service).approvals_required == 2:
            with second_person(self.shell) as credentials:
                self.shell.trainyard(*approving, "somebody else", **credentials)

    def _newest(self) -> str:
        group = f"{self.service}-{self.shell.environment}"
        newest = self.shell.client("sagemaker").list_model_packages(
            ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
        )
        return str(newest["ModelPackageSummaryList"][0]["ModelPackageVersion"])

    def release(self, version: str) -> None:
        """Release a version of the model, and let golden customers accept it."""
        self.shell.trainyard("release", "start", self.service, "--model-version", version)
        self.released = version
        self.live = self._serving()
        self.shell.trainyard("acceptance", self.service)

    def come_up_again(self) -> None:
        """Run `up` again and look whether the endpoint serves what it served."""
        before = self._live()
        self.shell.trainyard("up", "--yes", "--refresh")
        self.live_kept = self._live() == before

    def turn(self, dial: Dial, stack_files: Path, folder: Path) -> list[str]:
        """Return what a preview would change with one dial turned; the stack files themselves stay as they are."""
        turned = write_turned(stack_files, folder, dial.environment, dial.path, dial.value)
        found = listed(steps(self._preview(PULUMI_OPTION_CWD=str(turned))))
        self.shell.say(f"{dial.environment:8} {dial.path} = {dial.value!r}: {', '.join(found) or 'nothing'}")
        return found

    def go(self) -> None:
        """Destroy the environment, but for what is protected."""
        self.shell.say(self.shell.trainyard("destroy", "--yes").rstrip())
        self.destroyed = True

    def left(self) -> tuple[list[str], list[str]]:
        """Return what the account still holds: what nothing protects, and what is protected or needed by that."""
        stays = names(look(self.shell.client, self._estate(), self.shell.environment, [self.service]))
        found = list(remaining(self.shell.client))
        return [one for one in found if not is_kept(one, stays)], [one for one in found if is_kept(one, stays)]

    def _estate(self) -> Estate:
        return Estate.read(self.shell.pulumi("stack", "export"))

    def _preview(self, *options: str, **variables: str) -> Any:
        return self.shell.pulumi("preview", "--json", "--non-interactive", *options, **variables)

    def _outputs(self) -> Environment:
        return Environment.load(self.shell.environment, self.shell.client("ssm"))

    def _serving(self) -> str:
        platform, sagemaker = self._outputs().platform, self.shell.client("sagemaker")
        pointer = DeploymentTable(self.shell.client("dynamodb"), platform.deployments_table).pointer(self.service)
        config = describe_config(sagemaker, self._live()[0])
        container = container_of_model(sagemaker, config.model_name if config else "")
        place = Place.of(container.model_data_url, platform.account, self.shell.client("s3"))
        return f"version {pointer.current.version if pointer else ''}, sha256 {sha256(place)}"

    def _live(self) -> tuple[str, int]:
        endpoint = f"{self.service}-{self.shell.environment}"
        found = describe_endpoint(self.shell.client("sagemaker"), endpoint)
        return (found.config_name, found.desired_count) if found else ("", 0)


def names(survey: Survey) -> frozenset[str]:
    """Return the names of what a destroy keeps, because it is protected or something protected needs it."""
    needed: Iterator[Thing] = iter(survey.sweep.needed)
    return frozenset({item.id for item in survey.estate.kept} | {thing.name for thing in needed})


def is_kept(line: str, stays: frozenset[str]) -> bool:
    """Return whether a line of `remaining` (`s3: name`) is about something that stays."""
    return line.partition(": ")[2] in stays
