"""`python -m trainyard.demo up [--data FILE] | down | envs`."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from trainyard.demo import judgement
from trainyard.demo.environments import Environments
from trainyard.demo.leave import take_down
from trainyard.demo.story import Story
from trainyard.errors import TrainyardError
from trainyard.local.project import find_project
from trainyard.report.summary import Fact, fact, table, write

app = typer.Typer(
    help="The worked example, told from an empty cloud to a rolled-back release.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def judged(found: dict[str, Any]) -> list[Fact]:
    """Return the demonstration's facts, each with its target."""
    return [
        fact("resources", found["resources"], "resources"),
        fact("up_seconds", found["up_seconds"], "s"),
        fact("second_preview_changes", found["second_preview_changes"], equals=0),
        fact("map_personal_frequency", found["map_personal_frequency"], "MAP@10"),
        fact("map_first", found["map_first"], "MAP@10"),
        fact("first_released", found["first_released"], equals=True),
        fact("failed_requests", found["failed_requests"], "requests", equals=0),
        fact("second_rejected", found["second_rejected"], equals=True),
        fact("third_rolled_back", found["third_rolled_back"], equals=True),
        fact("third_alarm", found["third_alarm"]),
        fact("reproduced", found["reproduced"], equals=True),
        fact("data_versions", found["data_versions"], "versions"),
        fact("predictions_shown", found["predictions_shown"], "customers", equals=5),
        fact("training_rows", found["training_rows"], "rows"),
        fact("total_seconds", found["total_seconds"], "s", at_most=180),
        fact("git_status_clean", found["git_status_clean"], equals=True),
    ]


@app.command()
def up(
    data: Annotated[
        Path | None, typer.Option(help="Orders as Parquet or CSV; without it the public set is downloaded.")
    ] = None,
) -> None:
    """Tell the story and print its facts."""
    console = Console()
    story = Story(console, find_project())
    story.tell(data)
    _close(console, story.project / "build" / "demo", judged(story.facts))


@app.command()
def down() -> None:
    """Take everything away and count what is left."""
    console = Console()
    project = find_project()
    left = take_down(project, console)
    for line in left:
        console.print(f"left behind: {line}", highlight=False, markup=False)
    _close(console, project / "build" / "demo-down", [fact("left_behind", len(left), "things", equals=0)])


@app.command()
def envs() -> None:
    """Bring dev, staging and prod up in three accounts, try to reach across, and take them away."""
    console = Console()
    story = Environments(console, find_project())
    story.tell()
    folder = story.project / "build" / "demo-envs"
    facts = judgement.judged(story)
    _close(console, folder, facts, shown=judgement.short(facts))
    (folder / "attempts.json").write_text(json.dumps(judgement.attempts(story.outcomes), indent=2) + "\n")


def _close(console: Console, folder: Path, facts: list[Fact], shown: list[Fact] | None = None) -> None:
    console.print(table(shown or facts))
    console.print(f"written to {os.path.relpath(write(folder, facts))}", highlight=False)


if __name__ == "__main__":
    try:
        app()
    except TrainyardError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(error.exit_code)
