"""What one of the environments goes through between its coming up and its taking down, beside the others."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainyard.demo.dial import Dial, listed, steps, write_turned
from trainyard.demo.remaining import remaining
from trainyard.demo.shell import Shell
from trainyard.release.observe import describe_endpoint
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
        run("model", "approve", self.service, version, "--by", "demo", "--reason", "the gate passed it")
        return version

    def _newest(self) -> str:
        group = f"{self.service}-{self.shell.environment}"
        newest = self.shell.client("sagemaker").list_model_packages(
            ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
        )
        return str(newest["ModelPackageSummaryList"][0]["ModelPackageVersion"])

    def release(self, version: str = "") -> None:
        """Release a version of the model, or the dials with the model of the first day."""
        chosen = ["--model-version", version] if version else ["--same-model"]
        self.shell.trainyard("release", "start", self.service, *chosen)
        self.released = version or "baseline"

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
