"""`trainyard ci data`: the newest snapshots proposed as versions of the data."""

import os
from collections.abc import Sequence

import typer

from trainyard import aws
from trainyard.ci import data_change, pull_request, runner, snapshots
from trainyard.ci.data_change import DataChange
from trainyard.ci.github import GitHub
from trainyard.ci.pointer_branch import PointerBranch
from trainyard.cli.session import Stack
from trainyard.data.versions import DvcProject, Pointer, pointer_path, read_pointer
from trainyard.environment import Environment
from trainyard.local.project import find_project


def data(stack: Stack = "dev") -> None:
    """Keep the newest snapshots of an environment, and propose their pointers in one pull request.

    Without a GITHUB_TOKEN the pointers are written only, and what to commit is said.
    """
    project = DvcProject.of(find_project(), typer.echo)
    environment = Environment.load(stack, aws.client("ssm"))
    project.use_remote(f"s3://{environment.platform.buckets.features}/dvc")
    after = snapshots.take(environment, project, aws.client("s3", environment.platform.region), typer.echo)
    branch = PointerBranch(root=project.root, name=f"data/{stack}", environ=os.environ)
    found = data_change.changes({service: _before(branch, service) for service in after}, after)
    if not found:
        typer.echo(f"No change of data in {stack}: nothing to commit")
        return
    for one in found:
        typer.echo(f"{one.service}: {data_change.told(one)}")
    if not os.environ.get("GITHUB_TOKEN"):
        typer.echo(f"Next: git add data .dvc && git commit -m '{data_change.title(stack, found)}'")
        return
    _propose(stack, branch, found)


def _before(branch: PointerBranch, service: str) -> Pointer | None:
    path = pointer_path(service)
    text = branch.text_at_head(path)
    return None if text is None else read_pointer(text, f"HEAD:{path}")


def _propose(stack: str, branch: PointerBranch, found: Sequence[DataChange]) -> None:
    pushed = branch.propose([one.service for one in found], data_change.message(stack, found))
    typer.echo(f"{branch.name}: {'pushed' if pushed else 'has these pointers already'}")
    body = data_change.body(stack, found)
    base = os.environ.get("GITHUB_REF_NAME", "main")
    github = GitHub(os.environ.get("GITHUB_REPOSITORY", ""), os.environ)
    typer.echo(f"pull request: {pull_request.place(github, branch.name, base, data_change.title(stack, found), body)}")
    runner.summarize(os.environ, body)


def register(app: typer.Typer) -> None:
    """Add the command to `trainyard ci`."""
    app.command()(data)
