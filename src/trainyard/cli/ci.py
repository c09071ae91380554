"""`trainyard ci`: what the workflows run, and what anyone can run beside them."""

import json as json_format
import os
from pathlib import Path
from typing import Annotated

import typer

from trainyard.ci import comment as comments_of
from trainyard.ci import images, runner
from trainyard.ci import preview as previews
from trainyard.ci.conversation import Conversation
from trainyard.ci.github import GitHub
from trainyard.ci.touched import changed_paths
from trainyard.ci.touched import touched as touched_by
from trainyard.cli import ci_data
from trainyard.cli.provisioning import Refresh
from trainyard.cli.session import Json, Service, Stack
from trainyard.errors import TrainyardError, UsageError
from trainyard.local.project import environments, find_project, stack_file

app = typer.Typer(help="What the workflows of this repository run.", no_args_is_help=True)
ci_data.register(app)

Base = Annotated[
    str | None,
    typer.Option(
        help="Commit or branch that the change is to be merged into.", show_default="that of the pull request"
    ),
]
Author = Annotated[str, typer.Option(help="Whose comments may be changed.")]


@app.command()
def touched(base: Base = None, json: Json = False) -> None:
    """List the environments that a change touches, in promotion order; also as the step's output `environments`."""
    found = _touched(base)
    runner.set_output(os.environ, "environments", json_format.dumps(found))
    if json:
        typer.echo(json_format.dumps(found))
        return
    for name in found:
        typer.echo(name)


@app.command()
def withdraw(base: Base = None, author: Author = comments_of.AUTHOR) -> None:
    """Say in the comments of environments that a pull request no longer touches that it does not."""
    untouched = [name for name in environments(find_project()) if name not in _touched(base)]
    for name in comments_of.withdraw(_conversation(), untouched, runner.head_commit(os.environ), author):
        typer.echo(f"{name} is not touched any more: its comment says so")


@app.command()
def comment(
    environment: Annotated[str, typer.Option(help="Whose preview the file holds.")],
    file: Annotated[Path, typer.Option(help="Markdown of `trainyard preview --format markdown`.")],
    repository: Annotated[
        str | None, typer.Option(help="OWNER/NAME.", show_default="that of the job", metavar="OWNER/NAME")
    ] = None,
    pull_request: Annotated[int | None, typer.Option(help="Its number.", show_default="that of the job")] = None,
    author: Author = comments_of.AUTHOR,
) -> None:
    """Write a preview into a pull request's comment, or change the comment that is there."""
    if not file.is_file():
        raise UsageError(f"There is no file {file}", where="--file", cure="Write the preview first")
    typer.echo(comments_of.place(_conversation(repository, pull_request), environment, file.read_text(), author))


@app.command()
def preview(
    stack: Stack = "dev",
    refresh: Refresh = False,
    expect_no_changes: Annotated[bool, typer.Option(help="Fail when anything would change.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="Where the report goes.", show_default="build/preview/STACK.md")
    ] = None,
) -> None:
    """Preview an environment for reviewers: into a file, the job's summary and the pull request's comment.

    Ends with the preview's own exit code, so a broken rule fails the job after reviewers were told.
    """
    project = find_project()
    stack_file(project, stack)
    options = {"--refresh": refresh, "--expect-no-changes": expect_no_changes}
    found = previews.run(stack, [option for option, wanted in options.items() if wanted], project, os.environ)
    typer.echo(found.log, err=True, nl=False)
    target = file or project / "build" / "preview" / f"{stack}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(found.report)
    runner.summarize(os.environ, found.report)
    typer.echo(f"preview of {stack}: {target}")
    if runner.pull_request(os.environ) and os.environ.get("GITHUB_TOKEN"):
        typer.echo(f"comment: {comments_of.place(_conversation(), stack, found.report)}")
    else:
        typer.echo("comment: none, since there is no pull request with a GITHUB_TOKEN here")
    raise typer.Exit(found.code)


@app.command()
def newest() -> None:
    """Fail where the job's branch has moved on since: a run that waited must not take back what a later one brought."""
    repository, branch, commit = (os.environ.get(f"GITHUB_{name}", "") for name in ("REPOSITORY", "REF_NAME", "SHA"))
    if not branch or not commit:
        raise UsageError("This is no job of a branch", where="GITHUB_REF_NAME and GITHUB_SHA", cure="Run it in one")
    head = GitHub(repository, os.environ).newest_commit(branch)
    if head != commit:
        raise TrainyardError(
            f"{branch} has moved on from {commit[:10]} to {head[:10]}, whose own run deploys both",
            where="this run, which began earlier",
            cure="Nothing was changed; approve the newest run instead",
        )
    typer.echo(f"{commit[:10]} is the newest commit of {branch}")


@app.command()
def image(service: Service, kind: Annotated[str, typer.Option(help="Kind of image, as in `image build`.")]) -> None:
    """Build one image of a service for the scanner: its name and its bill of materials become the step's outputs."""
    built = images.build(service, kind, find_project())
    runner.set_output(os.environ, "image", built.name)
    runner.set_output(os.environ, "sbom", str(built.sbom))
    typer.echo(f"{built.name}, bill of materials in {built.sbom}")


def _touched(base: str | None) -> list[str]:
    project = find_project()
    return touched_by(changed_paths(project, base or runner.base_commit(os.environ)), environments(project))


def _conversation(repository: str | None = None, number: int | None = None) -> Conversation:
    repository = repository or os.environ.get("GITHUB_REPOSITORY")
    number = number or runner.pull_request(os.environ)
    if not repository or not number:
        raise UsageError(
            "It is not said which pull request is meant",
            where="--repository and --pull-request; this is no job of a pull request",
            cure="Name both",
        )
    return Conversation(GitHub(repository, os.environ), number)
