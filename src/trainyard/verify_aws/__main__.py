"""`python -m trainyard.verify_aws [--stack-file FILE] [--yes] [--keep] [--clean-up]`."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from trainyard.errors import TrainyardError
from trainyard.foreground import interrupt
from trainyard.local.project import find_project
from trainyard.report.summary import Fact, fact, table, write
from trainyard.verify_aws.verification import Verification

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def judged(found: dict[str, Any], *, kept: bool) -> list[Fact]:
    """Return the facts of a verification, each with its target; what was not reached is None and misses it."""
    seconds = [fact(name, value, "s") for name, value in found.items() if name.endswith("_seconds")]
    return [
        fact("live_version_is_the_released", found.get("live_version_is_the_released"), equals=True),
        fact("predictions", found.get("predictions"), "customers", equals=5),
        fact("second_preview_changes_nothing", found.get("second_preview_changes_nothing"), equals=True),
        *([] if kept else [fact("left_behind", found.get("left_behind"), "things", equals=0)]),
        fact("failed_step", found.get("failed_step")),
        fact("estimated_price", found.get("estimated_price"), "USD"),
        *seconds,
    ]


@app.command()
def verify(
    stack_file: Annotated[
        Path | None, typer.Option(help="Stack file to start from.", show_default="Pulumi.dev.yaml")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for the account id.")] = False,
    keep: Annotated[bool, typer.Option(help="Leave the environment standing if all succeeds.")] = False,
    clean_up: Annotated[bool, typer.Option("--clean-up", help="Only take an earlier verification away.")] = False,
) -> None:
    """Verify Trainyard on the AWS account of this shell: the cheapest stack, the loop, a release, and away again.

    Exit codes: 0 verified and nothing is left, 1 a step failed or something is left, 2 usage or configuration.
    """
    signal.signal(signal.SIGTERM, lambda *_: interrupt())
    project = find_project()
    console = Console()
    work = Verification(
        project,
        console,
        stack_file or project / "Pulumi.dev.yaml",
        lambda account: yes or typer.prompt("Type the account id to go on", default="") == account,
        keep=keep,
    )
    if clean_up:
        raise typer.Exit(0 if work.clean_up() else 1)
    succeeded = work.run()
    facts = judged(work.facts, kept=keep and succeeded)
    console.print(table(facts))
    console.print(f"written to {os.path.relpath(write(project / 'build' / 'verify-aws', facts))}", highlight=False)
    raise typer.Exit(0 if succeeded else 1)


if __name__ == "__main__":
    try:
        app()
    except (TrainyardError, ClientError, BotoCoreError) as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(error.exit_code if isinstance(error, TrainyardError) else 2)
