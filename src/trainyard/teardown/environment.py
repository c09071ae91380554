"""A destroy of one environment: checked, surveyed, and carried out with the engine that its `Provision` runs."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stacks.settings import Settings
from trainyard import aws
from trainyard.errors import TrainyardError
from trainyard.provision import Provision
from trainyard.sweep import tagged
from trainyard.teardown import adoption, view
from trainyard.teardown.destroying import Destroying
from trainyard.teardown.estate import Estate
from trainyard.teardown.survey import Survey, look

Say = Callable[[str], None]


@dataclass(frozen=True)
class Teardown:
    """One environment that is to go."""

    provision: Provision

    @cached_property
    def settings(self) -> Settings:
        """The stack file's settings, with the caller checked against them.

        Raises:
            UsageError: the settings are wrong, or the caller is in another account; nothing was changed.
        """
        return self.provision.check()

    def survey(self) -> Survey:
        """Look at what there is; nothing is changed."""
        services = [service.name for service in self.settings.services]
        return look(self._client, self._estate(), self.provision.environment, services)

    def run(self, before: Survey, say: Say) -> int:
        """Destroy what `before` shows, tell what is left, and return the exit code: 1 if a step failed."""
        work = Destroying(
            client=self._client, account=self.settings.account, look=self.survey, engine=self._destroy, say=say
        )
        if before.estate.unfinished:
            self._adopt(before.estate)
            before = self.survey()
        left = work.run(before)
        for line in view.after(left, work.failures, self.provision.environment):
            say(line)
        return 1 if work.failures else 0

    def _client(self, service: str) -> Any:
        return aws.client(service, self.settings.region)

    def _estate(self) -> Estate:
        return Estate.read(self._exported())

    def _exported(self) -> dict[str, Any]:
        answer = self.provision.pulumi("stack", "export", "--stack", self.provision.environment, capture=True)
        if answer.returncode == 0:
            return dict(json.loads(answer.stdout))
        if "no stack named" in answer.stderr:
            return {}
        raise TrainyardError(
            f"The engine does not tell what it holds: {answer.stderr.strip()[-500:]}",
            where="pulumi stack export",
            cure="Check PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE; nothing was changed",
        )

    def _adopt(self, estate: Estate) -> None:
        """Take into the state what an engine that was killed had begun to create, so that it goes with the rest.

        Raises:
            TrainyardError: there is something of which nobody here knows how to look for it, or the engine failed.
        """
        lost = [item for item in estate.unfinished if not adoption.is_known(item.type)]
        if lost:
            raise self._unsure(lost, "")
        known = (item.id for item in estate.items)
        ids = dict(adoption.adoptable(estate.unfinished, self._tagged(), known, self._place()))
        stack = ("--stack", self.provision.environment)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "state.json"
            file.write_text(json.dumps(adoption.adopted(self._exported(), ids)))
            ended = self.provision.pulumi("stack", "import", *stack, "--file", str(file), capture=True)
        if ended.returncode == 0:
            ended = self.provision.pulumi("refresh", *stack, "--yes", "--skip-preview", capture=True)
        if ended.returncode != 0:
            raise self._unsure(estate.unfinished, f": {(ended.stderr.strip() or ended.stdout.strip())[-500:]}")

    def _unsure(self, items: Iterable[adoption.Unfinished], why: str) -> TrainyardError:
        return TrainyardError(
            "An engine was killed while it created these, and whether they exist is not known: "
            f"{', '.join(item.urn for item in items)}{why}",
            where=f"environment {self.provision.environment!r}",
            cure="Look for them by name and tags, and delete them; then `pulumi refresh --clear-pending-creates` and "
            "this command again. Nothing was deleted",
        )

    def _place(self) -> dict[str, str]:
        region = self.settings.region
        return {"partition": aws.partition(region), "region": region, "account": self.settings.account}

    def _tagged(self) -> Iterator[adoption.Found]:
        environment = self.provision.environment
        # Asked kind by kind: what lists the tags of all of EC2 may still list those of what was deleted.
        for kind, (operation, key, field) in adoption.LISTINGS.items():
            pages = self._client("ec2").get_paginator(operation)
            for page in pages.paginate(Filters=[{"Name": "tag:environment", "Values": [environment]}]):
                yield from (adoption.Found(kind=kind, id=row[field]) for row in page[key])
        keys = (thing.name for thing in tagged(self._client, environment) if thing.kind == "Key")
        # A key that waits for its deletion keeps its tags.
        yield from (adoption.Found(kind="key", id=key) for key in keys if self._is_enabled(key))

    def _is_enabled(self, key: str) -> bool:
        return self._client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"

    def _destroy(self, estate: Estate) -> int:
        # The engine keeps what is protected and what that depends on; what guards it is named here.
        guards = [item.urn for item in estate.items if item.urn in estate.stays] if estate.protected else []
        options = [option for urn in guards for option in ("--exclude", urn)]
        return self.provision.pulumi(
            "destroy",
            "--stack",
            self.provision.environment,
            "--yes",
            "--skip-preview",
            "--suppress-progress",
            "--suppress-outputs",
            "--exclude-protected",
            *options,
        ).returncode


def destroy(provision: Provision, say: Say) -> int:
    """Show and destroy without asking, and return the exit code."""
    teardown = Teardown(provision)
    survey = teardown.survey()
    for line in view.before(survey, provision.environment):
        say(line)
    return teardown.run(survey, say)
