"""`trainyard model`: what the registry holds, approvals, and promotions from one environment to the next."""

import getpass
import json as json_format
from typing import Annotated

import typer
from rich.table import Table

from trainyard.cli.card import card
from trainyard.cli.reproduce import reproduce
from trainyard.cli.session import Json, Service, Session, Stack, console
from trainyard.lineage import gather, lineage, show_lineage
from trainyard.promotion import open_side
from trainyard.promotion import promote as promote_version
from trainyard.registry import ModelVersion, find_version, list_versions
from trainyard.registry.asking import ask_approval

app = typer.Typer(help="The model registry: versions, how they were made, approvals.", no_args_is_help=True)
app.command()(card)
app.command()(reproduce)

Profile = Annotated[
    str | None, typer.Option(help="AWS profile of that environment's account.", show_default="this shell's credentials")
]
Version = Annotated[int, typer.Argument(help="Number of the version, as `model list` shows it.", show_default=False)]


@app.command(name="list")
def list_(service: Service, stack: Stack = "dev", json: Json = False) -> None:
    """List the versions of a model, the newest first, with MAP@10 on the holdout and approval."""
    session = Session(stack, service)
    versions = list_versions(session.service.model_package_group, session.client("sagemaker"))
    if json:
        typer.echo(json_format.dumps([version.document() for version in versions]))
        return
    if not versions:
        console().print(f"No version yet. A run that passes the gate registers one: trainyard pipeline run {service}")
        return
    console().print(versions_table(service, versions))


@app.command()
def show(service: Service, version: Version, stack: Stack = "dev", json: Json = False) -> None:
    """Show which data, code, images, people and metrics made one version, and what became of it.

    Everything is read from records: registry, run, archive, approvals, releases, acceptances, reproductions. What none
    of them tells is said to be not recorded. The archive is hashed and compared with what was registered.
    """
    session = Session(stack, service)
    found = find_version(session.service.model_package_group, version, session.client("sagemaker"))
    told = lineage(gather(found, session.platform, session.service, session.client))
    if json:
        typer.echo(json_format.dumps({**found.document(), "lineage": told.document()}))
        return
    show_lineage(f"{service}, version {version} in {stack}, registered {found.created:%Y-%m-%d %H:%M}", told, console())


@app.command()
def approve(
    service: Service,
    version: Version,
    reason: Annotated[str, typer.Option("--reason", "-m", help="Why this version may go live.", show_default=False)],
    by: Annotated[str, typer.Option(help="Your name.", default_factory=getpass.getuser, show_default="login name")],
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Approve a version for release, with your name and a reason.

    Only the environment's approval function can write the record that a release asks for; you need the right to call
    it, and to be one of `people.approvers` where the stack file names any. Where the environment asks for two people
    (approvals_required), AWS must know them as two: an IAM user or a user of IAM Identity Center is a person, every
    other role is one, whoever has taken it on. A second approval by the same person changes nothing.
    """
    session = Session(stack, service)
    url, region = session.platform.approval_url, session.platform.region
    done = ask_approval(url, region, stack, service=service, version=version, by=by, reason=reason)
    if json:
        typer.echo(json_format.dumps(done.model_dump(exclude={"approvals_required"})))
        return
    console().print(f"Approved version {version} of {service}, by {by} ({done.person}): {reason}")
    if done.approvals_missing:
        console().print(f"{stack} asks for {done.approvals_required} people: somebody else must approve it as well")
        return
    if session.service.release_on_approval:
        console().print(f"Its release begins by itself; watch it with: trainyard release resume {service}")
        return
    console().print(f"Next: trainyard release start {service} --version {version} --stack {stack}")


@app.command()
def promote(
    service: Service,
    source: Annotated[str, typer.Option("--from", help="Environment that it has proved itself in.")],
    target: Annotated[str, typer.Option("--to", help="Environment that it goes to.")],
    version: Annotated[int | None, typer.Option(help="Its number in the source.", show_default="what is live")] = None,
    from_profile: Profile = None,
    to_profile: Profile = None,
    json: Json = False,
) -> None:
    """Make a version that has proved itself in one environment a pending version of the next.

    It must have been put live there by a release that succeeded, and then accepted (`trainyard acceptance`). Archive
    and image are copied by hash and digest, with each environment's own credentials: an AWS profile, else this
    shell's; on the local cloud each account's. Promoting a version again finds what the first time made.
    """
    ends = (
        open_side(source, service, from_profile, "--from-profile"),
        open_side(target, service, to_profile, "--to-profile"),
    )
    done = promote_version(*ends, version, lambda line: console(error=json).print(f"  {line}", soft_wrap=True))
    made, origin = done.version, done.origin
    if json:
        typer.echo(json_format.dumps({**made.document(), "environment": target, "already": done.already}))
        return
    was = "was promoted before: it is" if done.already else "is now"
    out = console()
    out.print(f"Version {origin.version} of {service} in {source} {was} version {made.version} in {target}")
    out.print(f"Next: {_next(service, target, made, ends[1].service.approvals_required)}", soft_wrap=True)


def _next(service: str, target: str, made: ModelVersion, people: int) -> str:
    """Return the command that comes after a promotion."""
    if people and made.approval != "Approved":
        asks = f"  ({target} asks for {people} people)" if people > 1 else ""
        return f"trainyard model approve {service} {made.version} --reason … --stack {target}{asks}"
    return f"trainyard release start {service} --version {made.version} --stack {target}"


def version_table(service: str, found: ModelVersion) -> Table:
    """Return one version as a table of two columns."""
    table = Table(title=f"{service}, version {found.version}", show_header=False, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("approval", f"{found.approval} {found.approval_description}".strip())
    if found.origin:
        table.add_row("promoted from", f"{found.origin.environment}, version {found.origin.version}")
    table.add_row("registered", f"{found.created:%Y-%m-%d %H:%M:%S %Z}")
    for name, value in sorted(found.metadata.items()):
        table.add_row(name, value)
    table.add_row("archive", found.model_data_url)
    table.add_row("arn", found.arn)
    return table


def versions_table(service: str, versions: list[ModelVersion]) -> Table:
    """Return versions as a table, one a row."""
    table = Table(title=f"Versions of {service}", title_justify="left")
    for name in ("Version", "Registered", "From", "MAP@10", "Approval", "Data", "Commit"):
        table.add_column(name, no_wrap=True, justify="right" if name in ("Version", "MAP@10") else "left")
    for one in versions:
        table.add_row(
            str(one.version),
            f"{one.created:%Y-%m-%d %H:%M}",
            f"{one.origin.environment} {one.origin.version}" if one.origin else "trained here",
            "" if one.map_at_10 is None else f"{one.map_at_10:.5f}",
            one.approval,
            one.metadata.get("data_hash", "")[:12],
            one.metadata.get("code_commit", "")[:12],
        )
    return table
