"""A destroy of one environment: checked, surveyed, and carried out with the engine that its `Provision` runs."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stacks.settings import Settings
from trainyard import aws
from trainyard.errors import TrainyardError
from trainyard.provision import Provision
from trainyard.teardown import view
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
        left = work.run(before)
        for line in view.after(left, work.failures, self.provision.environment):
            say(line)
        return 1 if work.failures else 0

    def _client(self, service: str) -> Any:
        return aws.client(service, self.settings.region)

    def _estate(self) -> Estate:
        answer = self.provision.pulumi("stack", "export", "--stack", self.provision.environment, capture=True)
        if answer.returncode == 0:
            return Estate.read(json.loads(answer.stdout))
        if "no stack named" in answer.stderr:
            return Estate(())
        raise TrainyardError(
            f"The engine does not tell what it holds: {answer.stderr.strip()[-500:]}",
            where="pulumi stack export",
            cure="Check PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE; nothing was changed",
        )

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
