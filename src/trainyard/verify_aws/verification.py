"""One verification: announced, asked, carried out, and taken away whatever happens."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console

from trainyard import aws, cost
from trainyard.demo.command import Commands
from trainyard.engine import obtain
from trainyard.errors import UsageError
from trainyard.file_backend import mend
from trainyard.image import find_builder, is_local
from trainyard.local.project import parse_stack_file
from trainyard.preview.assembling import assemble
from trainyard.preview.engine import preview
from trainyard.provision import Provision
from trainyard.teardown import Teardown, destroy
from trainyard.verify_aws.announcement import Price, announcement
from trainyard.verify_aws.place import Place
from trainyard.verify_aws.stack import ENVIRONMENT, verification
from trainyard.verify_aws.steps import Steps

AGAIN = "python -m trainyard.verify_aws --clean-up"
"""The command that takes away what an interrupted verification left."""

Confirm = Callable[[str], bool]
"""Asks for the account id, and returns whether it was typed."""


@dataclass
class Verification:
    """What the parts of a verification share.

    Attributes:
        from_file: the stack file to start from.
        confirm: asks whether to go on in an account.
        keep: leaves the environment standing at the end.
    """

    project: Path
    console: Console
    from_file: Path
    confirm: Confirm
    keep: bool = False
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    @cached_property
    def caller(self) -> tuple[str, str]:
        """Account and region of this shell.

        Raises:
            UsageError: there is no region.
        """
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not region:
            raise UsageError("No AWS region is set", where="AWS_REGION", cure="Set it to where this may build")
        return str(aws.client("sts", region).get_caller_identity()["Account"]), region

    @cached_property
    def place(self) -> Place:
        """Its folder."""
        return Place(self.project)

    def say(self, line: str) -> None:
        """Print a line as it is."""
        self.console.print(line, highlight=False, markup=False)

    def run(self) -> bool:
        """Verify, take everything away, and return whether all of it succeeded.

        Raises:
            UsageError: the shell, the account or this machine does not allow it; nothing was created.
        """
        self.clean_up()
        if not is_local():
            find_builder()  # images are built in the middle; who cannot should learn it before anything costs money
        account, region = self.caller
        prices = cost.load()
        committed = parse_stack_file(self.from_file.read_text(), self.from_file)
        stack = verification(committed, account, region, lambda one: prices.instance(one, region))
        self.place.open(account, region, stack)
        try:
            self._announce(stack, prices)
        except BaseException:
            self.place.close()  # nothing was created
            raise
        self.facts["environment_created"] = True
        return self._carry_out(stack)

    def _announce(self, stack: dict[str, Any], prices: cost.Prices) -> None:
        account, region = self.caller
        provision = self._provision()
        settings = provision.select()
        roots = [str(self.project), str(Path.home())]
        report = assemble(preview(provision, refresh=False, roots=roots), settings, ENVIRONMENT, roots)
        job_type = settings.services[0].training.instance_type
        price = Price(
            monthly=report.cost.after,
            job_instance_hour=prices.instance(job_type, region),
            currency=report.cost.currency,
            date=report.cost.date,
            unpriced=len(report.cost.not_priced),
        )
        for line in announcement(account, region, stack, report.changes, price):
            self.say(line)
        self.facts["estimated_price"] = round(price.total, 2)
        if not self.confirm(account):
            raise UsageError("Nothing was created: the account id was not typed")

    def _carry_out(self, stack: dict[str, Any]) -> bool:
        region = self.caller[1]
        steps = Steps(
            Commands(self.console, self._variables(), self.project),
            self.place,
            stack["config"]["trainyard:services"][0]["name"],
            region,
            self.facts,
        )
        succeeded, name = False, ""
        try:
            for name, step in steps:
                self.console.rule(f"[bold]{name}[/]", align="left")
                started = time.monotonic()
                step()
                self.facts[f"{name}_seconds"] = round(time.monotonic() - started, 1)
            succeeded = True
        except Exception as error:  # whatever it is, what stands costs money until it is taken away
            self.facts["failed_step"] = name
            self.say(f"The verification failed at {name!r}: {error}")
        except KeyboardInterrupt:
            self.facts["failed_step"] = name
            self.say(f"Interrupted at {name!r}; everything is taken away now. Another Ctrl-C leaves it standing.")
        if self.keep and succeeded:
            self.say(f"Kept, and it costs money: `{AGAIN}` takes it away.")
            return True
        return self.clean_up() and succeeded

    def clean_up(self) -> bool:
        """Take away what a verification of this checkout made, if there is one; return whether nothing is left.

        Raises:
            UsageError: it is in another account or region than this shell.
        """
        opened = self.place.open_for()
        if opened is None:
            return True
        if opened != self.caller:
            raise UsageError(
                f"A verification was not taken away: in account {opened[0]}, {opened[1]}",
                where=f"this shell is in account {self.caller[0]}, {self.caller[1]}",
                cure=f"Take the credentials and the region of that account and run `{AGAIN}`",
            )
        self.console.rule("[bold]taking it away[/]", align="left")
        try:
            return self._take_away()
        except KeyboardInterrupt:
            self.say(f"Interrupted: something of it is left and costs money. `{AGAIN}` takes it away.")
            return False

    def _take_away(self) -> bool:
        started = time.monotonic()
        provision = self._provision()
        # An engine that was killed leaves its lock, and may leave a state that is not readable as it is.
        mend(provision.environ)
        provision.pulumi("cancel", "--yes", "--stack", ENVIRONMENT, capture=True)
        code = destroy(provision, self.say)
        left = Teardown(provision).survey()
        in_state = len(left.estate.goes) + len(left.estate.kept) + len(left.estate.unfinished)
        self.facts["left_behind"] = in_state + len(left.sweep.goes)
        self.facts["taken_away_seconds"] = round(time.monotonic() - started, 1)
        if code != 0 or self.facts["left_behind"]:
            self.say(f"Something is left and costs money; `{AGAIN}` goes on with it.")
            return False
        self.place.close()
        return True

    def _variables(self) -> dict[str, str]:
        variables = self.place.variables(os.environ, self.caller[1])
        engine = self._engine
        return {**variables, "PATH": os.pathsep.join([str(engine.bin), variables.get("PATH", "")])}

    def _provision(self) -> Provision:
        return Provision(self.project, ENVIRONMENT, self._engine, self._variables())

    @cached_property
    def _engine(self) -> Any:
        return obtain(self.say)
