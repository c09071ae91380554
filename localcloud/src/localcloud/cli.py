"""The `localcloud` command. Exit codes: 0 done, 1 failed, 2 wrong use (also: the cloud is not running)."""

import json
import logging
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from localcloud import daemon
from localcloud.accounts import DEFAULT_ACCOUNT
from localcloud.client_environment import variables
from localcloud.errors import AwsError, LocalCloudError
from localcloud.home import Home
from localcloud.scope import Scope

app = typer.Typer(
    name="localcloud",
    help="A local AWS for machine-learning platforms. Exit codes: 0 done, 1 failed, 2 wrong use or not running.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
images = typer.Typer(help="Container images.", no_args_is_help=True)
app.add_typer(images, name="image")

errors = Console(stderr=True, highlight=False, soft_wrap=True)

Account = Annotated[str, typer.Option(help="Twelve digits.")]
Region = Annotated[str, typer.Option(help="An AWS region.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(envvar="LOCALCLOUD_HOME", help="Where the cloud keeps its state.")
    ] = None,
) -> None:
    """A local AWS for machine-learning platforms."""
    context.obj = Home.locate(home)


@app.command()
def start(
    context: typer.Context,
    speed: Annotated[float, typer.Option(help="Divide AWS's waits by this; timestamps stay real.")] = 1.0,
    foreground: Annotated[bool, typer.Option(help="Stay in this terminal.")] = False,
) -> None:
    """Start the cloud in the background, or say that it runs already."""
    home: Home = context.obj
    _check(speed)
    if foreground:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        for noisy in ("botocore", "urllib3", "werkzeug"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        daemon.serve(home, speed)
        return
    known = daemon.find(home)
    instance = daemon.start(home, speed, lambda line: errors.print(f"[dim]{line}[/]"))
    typer.echo(f"The local cloud {'already runs' if known else 'is ready'} at {instance.endpoint_url}")
    if instance.speed != speed:
        typer.echo(f"It runs at speed {instance.speed:g}; `localcloud stop` first to change that.")
    if not known:
        for problem in _ask(instance, "recovered")["problems"]:
            typer.echo(f"Not recovered: {problem}")


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show whether the cloud runs, where, and what it runs."""
    home: Home = context.obj
    instance = daemon.find(home)
    if instance is None:
        if as_json:
            typer.echo(json.dumps({"running": False, "home": str(home.root)}))
        else:
            typer.echo(f"The local cloud of {home.root} is not running.")
        return
    resources, recovered = _ask(instance, "resources"), _ask(instance, "recovered")
    if as_json:
        answer = {"running": True, "home": str(home.root), **vars(instance)}
        typer.echo(json.dumps({**answer, "resources": resources, "recovered": recovered}))
        return
    where = f"{instance.endpoint_url} (process {instance.pid}, speed {instance.speed:g})"
    typer.echo(f"The local cloud of {home.root} runs at {where}.")
    for problem in recovered["problems"]:
        typer.echo(f"Not recovered: {problem}")
    table = Table("kind", "account", "region", "name", "status")
    for kind, rows in resources.items():
        for row in rows:
            table.add_row(kind, row["account"], row["region"], row["name"], str(row["status"]))
    if table.row_count:
        Console().print(table)


@app.command()
def logs(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep reading.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 200,
) -> None:
    """Show the cloud's log."""
    home: Home = context.obj
    if not home.log.exists():
        raise NotRunning(f"there is no log in {home.root}: the local cloud was never started there")
    with home.log.open(errors="replace") as log:
        for line in log.readlines()[-lines:]:
            typer.echo(line, nl=False)
        while follow:
            line = log.readline()
            typer.echo(line, nl=False) if line else time.sleep(0.2)


@app.command()
def stop(context: typer.Context) -> None:
    """Stop the cloud and everything it runs; its state stays."""
    home: Home = context.obj
    stopped = daemon.stop(home)
    typer.echo(f"The local cloud of {home.root} {'has stopped' if stopped else 'was not running'}.")


@app.command()
def env(
    context: typer.Context, account: Account = DEFAULT_ACCOUNT, region: Region = "eu-west-1", as_json: AsJson = False
) -> None:
    """Print shell lines that point AWS clients at the cloud: eval "$(localcloud env)"."""
    target = _variables(context.obj, account, region)
    if as_json:
        typer.echo(json.dumps(target))
        return
    for key, value in target.items():
        typer.echo(f"export {key}={shlex.quote(value)}")


@app.command()
def shell(context: typer.Context, account: Account = DEFAULT_ACCOUNT, region: Region = "eu-west-1") -> None:
    """Open a shell that speaks to the cloud."""
    target = _variables(context.obj, account, region)
    typer.echo(f"Local cloud: account {account}, {region}. Nothing here reaches AWS. Leave with `exit`.")
    program = os.environ.get("SHELL", "/bin/sh")
    raise typer.Exit(subprocess.run([program], env={**os.environ, **target}, check=False).returncode)


@app.command()
def quota(
    context: typer.Context,
    instance_type: Annotated[str, typer.Argument(help="Such as ml.m5.large.")],
    instances: Annotated[int, typer.Argument(help="How many may be behind endpoints.")],
    account: Account = DEFAULT_ACCOUNT,
    region: Region = "eu-west-1",
) -> None:
    """Set what Service Quotas says of an instance type, to see a release refused for lack of it."""
    _tell(
        _require_running(context.obj),
        "quotas",
        {"account": account, "region": region, "instance_type": instance_type, "instances": instances},
    )
    typer.echo(f"Account {account} may have {instances} {instance_type} behind its endpoints in {region}.")


@app.command()
def capacity(
    context: typer.Context,
    instance_type: Annotated[str, typer.Argument(help="Such as ml.m5.xlarge.")],
    instances: Annotated[int, typer.Argument(help="How many a job can be given; 0 is none.")],
    account: Account = DEFAULT_ACCOUNT,
    region: Region = "eu-west-1",
) -> None:
    """Set how many instances of a type there are for a job, to see one that asks for more fail for lack of them."""
    _tell(
        _require_running(context.obj),
        "capacities",
        {"account": account, "region": region, "instance_type": instance_type, "instances": instances},
    )
    typer.echo(f"A job of account {account} can be given {instances} {instance_type} in {region}.")


@app.command()
def interrupt(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="Name of a training job that runs on spot instances.")],
    account: Account = DEFAULT_ACCOUNT,
    region: Region = "eu-west-1",
) -> None:
    """Take the instances from a spot training job, which begins again from its checkpoints."""
    _tell(_require_running(context.obj), "interruptions", {"account": account, "region": region, "job": job})
    typer.echo(f"{job} was warned; in two minutes, or when it has ended by itself, it begins again.")


@images.command()
def push(
    context: typer.Context,
    repository_uri: Annotated[str, typer.Option(help="<account>.dkr.ecr.<region>.amazonaws.com/<repository>.")],
    source: Annotated[list[Path], typer.Option(help="A package folder; it keeps its name. Repeatable.")],
    entrypoint: Annotated[str, typer.Option(help='A JSON list, such as ["python","-m","app"].')],
    tag: Annotated[str, typer.Option(help="The image's tag.")] = "latest",
    env: Annotated[list[str] | None, typer.Option(help="KEY=VALUE of the image's environment. Repeatable.")] = None,
    python: Annotated[Path, typer.Option(help="The interpreter that stands for `python` in the image.")] = Path(
        sys.executable
    ),
    quiet: Annotated[bool, typer.Option(help="Print nothing but the image's reference.")] = False,
) -> None:
    """Make an image of some folders and push it to a repository of the cloud; prints repository@digest."""
    from localcloud.clients import Clients
    from localcloud.images.archive import build
    from localcloud.images.push import push as push_archive
    from localcloud.images.reference import parse_reference

    instance = _require_running(context.obj)
    reference = parse_reference(f"{repository_uri}:{tag}")
    archive = build(
        [_folder(path) for path in source],
        entrypoint=_words(entrypoint),
        environment=_pairs(env or []),
        python=str(python.absolute()),
    )
    digest = push_archive(archive, reference, endpoint_url=instance.endpoint_url, client=Clients(instance.endpoint_url))
    if not quiet:
        errors.print(f"[dim]Pushed {len(archive.layer) / 1024:.0f} KiB as {repository_uri}:{tag}[/]")
    typer.echo(f"{repository_uri}@{digest}")


class NotRunning(LocalCloudError):
    """The command needs a running cloud, and there is none."""


def main() -> None:
    """Run the command; errors are one paragraph."""
    try:
        app()
    except NotRunning as error:
        _fail(str(error), 2)
    except AwsError as error:
        _fail(error.message, 2 if error.status == 400 else 1)
    except (LocalCloudError, OSError) as error:
        _fail(str(error), 1)


def _fail(text: str, code: int) -> NoReturn:
    errors.print(f"[bold red]Error:[/] {text[:1].upper()}{text[1:]}", markup=True)
    sys.exit(code)


def _check(speed: float) -> None:
    if speed <= 0:
        raise typer.BadParameter(f"must be above 0, got {speed:g}", param_hint="--speed")
    if sys.platform != "linux":
        raise LocalCloudError(
            f"the local cloud runs on Linux only, this is {sys.platform}: its jobs need mount namespaces. "
            "Use a Linux machine, WSL 2, or a Linux VM."
        )
    from localcloud.namespace import check_supported

    try:
        check_supported()
    except LocalCloudError as error:
        errors.print(f"[yellow]Warning:[/] {error}")


def _require_running(home: Home) -> daemon.Instance:
    instance = daemon.find(home)
    if instance is None:
        raise NotRunning(f"the local cloud of {home.root} is not running. Start it with `localcloud start`.")
    return instance


def _variables(home: Home, account: str, region: str) -> dict[str, str]:
    instance = _require_running(home)
    try:
        return variables(home, instance.endpoint_url, instance.proxy_url, Scope(account, region))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--account") from error


def _ask(instance: daemon.Instance, what: str) -> dict[str, list[dict[str, str]]]:
    import urllib3

    with urllib3.PoolManager() as http:
        return http.request("GET", f"{instance.endpoint_url}/_localcloud/{what}", timeout=10.0).json()


def _tell(instance: daemon.Instance, what: str, given: dict[str, str | int]) -> None:
    import urllib3

    with urllib3.PoolManager() as http:
        answer = http.request("POST", f"{instance.endpoint_url}/_localcloud/{what}", json=given, timeout=10.0)
    if answer.status != 200:
        raise typer.BadParameter(answer.json()["message"])


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise typer.BadParameter(f"{path} is not a folder", param_hint="--source")
    return path.resolve()


def _words(text: str) -> list[str]:
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise typer.BadParameter(f"{text!r} is not a JSON list of words", param_hint="--entrypoint")
    return words


def _pairs(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise typer.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--env")
    return dict(pair.split("=", 1) for pair in pairs)
