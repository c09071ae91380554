"""`trainyard pipeline`: put the training pipeline in place, run it, follow it."""

import json as json_format
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from pipelines.airflow.description import Pace
from pipelines.airflow.description import describe as describe_dag
from pipelines.airflow.layout import lay_out
from pipelines.code_commit import code_commit
from pipelines.deployment import current
from pipelines.deployment import deploy as deploy_definition
from pipelines.execution import Progress, watch
from pipelines.going_on import go_on
from pipelines.history import decision_page, past_runs
from pipelines.launch import Clients, RunRequest, StartedRun, start
from pipelines.outcome import outcome
from pipelines.parameters import DIALS
from pipelines.rendering import render_pipeline
from pipelines.run_layout import RunLayout
from trainyard import aws
from trainyard.cli.hyperparameters import read_hyperparameters
from trainyard.cli.model import version_table
from trainyard.cli.pipeline_errors import worded
from trainyard.cli.pipeline_progress import show_progress
from trainyard.cli.pipeline_result import result_document, result_error
from trainyard.cli.session import Json, Service, Session, Stack, console
from trainyard.cli.tune import tune
from trainyard.errors import UsageError
from trainyard.registry import caller
from trainyard.registry.reading import describe
from trainyard.tracking import page

app = typer.Typer(help="The training pipeline: deploy its definition, run it, follow it.", no_args_is_help=True)

app.command()(tune)

_POLL_SECONDS = 1.0
_DETACHED = 130
"""What shells give a command that was interrupted."""


@app.command()
def deploy(service: Service, stack: Stack = "dev", json: Json = False) -> None:
    """Render the pipeline's definition and make it the current one.

    The definition is kept in the artifacts bucket under the hash of its content. Deploying the same code and
    settings again changes nothing. Takes some ten seconds: this is the only command that loads the SageMaker SDK.
    """
    session = Session(stack, service)
    with worded(), console(error=True).status("Rendering with the SageMaker SDK"):
        rendered = render_pipeline(session.platform, session.service)
    done = deploy_definition(
        rendered, session.platform, session.service, sagemaker=session.client("sagemaker"), s3=session.client("s3")
    )
    if json:
        document = {"pipeline": done.pipeline, "change": done.change, "sha256": done.sha256}
        typer.echo(json_format.dumps(document | {"definition_uri": done.definition_uri}))
        return
    words = {"created": "created", "updated": "updated", "unchanged": "unchanged: this definition is in place already"}
    console().print(f"Pipeline {done.pipeline} {words[done.change]}")
    console().print(f"definition {done.sha256[:12]}: {done.definition_uri}", soft_wrap=True)


@app.command()
def dag(
    service: Service,
    folder: Annotated[Path, typer.Argument(help="Folder of DAGs: Airflow's own, or what is synchronised to MWAA's.")],
    schedule: Annotated[str, typer.Option(help="Cron or preset of Airflow's, in UTC.")] = Pace().schedule,
    stack: Stack = "dev",
) -> None:
    """Write the Airflow DAG of the deployed pipeline, with all that it imports, into a folder.

    One task a step; a service's DAG takes the place of the one it had there. Write it anew after each deploy.
    """
    session = Session(stack, service)
    deployed = current(session.service.pipeline_name, session.client("sagemaker"))
    if deployed is None:
        raise UsageError(
            f"The pipeline {session.service.pipeline_name} has not been deployed",
            where=f"SageMaker pipelines of {session.platform.account} in {session.platform.region}",
            cure=f"Run `trainyard pipeline deploy {service} --stack {stack}`",
        )
    pace = Pace(schedule=schedule)
    made = describe_dag(deployed["PipelineDefinition"], session.platform, session.service, pace)
    whole = lay_out(folder, made)
    console().print(f"{folder} has {', '.join(each.dag_id for each in whole)}", soft_wrap=True)


@app.command()
def run(
    service: Service,
    orders: Annotated[str | None, typer.Option(help="S3 address of the orders, as `data import` prints it.")] = None,
    latest: Annotated[bool, typer.Option("--latest", help="Use the newest orders that were imported.")] = False,
    image: Annotated[
        str | None,
        typer.Option(help="Tag or address of the image that the jobs run.", show_default="training, pushed last"),
    ] = None,
    serving_image: Annotated[
        str | None,
        typer.Option(help="The same of the image registered with the model.", show_default="serving, pushed last"),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Set a dial of training; may be repeated. "
            + "; ".join(f"{dial.name} ({dial.default}): {dial.meaning}" for dial in DIALS),
        ),
    ] = None,
    hyperparameters: Annotated[
        Path | None,
        typer.Option(help="JSON file of dials, as the step `tune` writes it; --set wins over it."),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start the run and return.")] = False,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Train a model, judge it, and register it if the gate lets it pass; follow the run until it ends.

    The challenger meets the live model (or, before the first release, each customer's own most frequent products) on
    the same orders. Exit code 3 means that the gate rejected it. Ctrl-C stops following; the run goes on.
    """
    if bool(orders) == latest:
        raise UsageError(
            "Say which orders to train on, once", where="--orders and --latest", cure="Give one of the two options"
        )
    given = {} if hyperparameters is None else read_hyperparameters(hyperparameters)
    dials = given | _dials(set_ or [])
    session = Session(stack, service)
    clients = Clients(
        sagemaker=session.client("sagemaker"),
        s3=session.client("s3"),
        ecr=session.client("ecr"),
        dynamodb=session.client("dynamodb"),
    )
    request = RunRequest(
        orders=orders,
        image=image,
        serving_image=serving_image,
        dials=dials,
        commit=code_commit(Path.cwd()),
        started_by=caller(session.client("sts")),
    )
    with worded():
        started = start(request, session.platform, session.service, clients=clients, now=datetime.now(UTC))
    _announce(started)
    if detach:
        typer.echo(
            json_format.dumps({"run": started.run, "execution_arn": started.execution_arn})
            if json
            else f"Follow it with: trainyard pipeline follow {started.execution_arn}"
        )
        return
    _follow(started.execution_arn, service, clients.sagemaker, clients.s3, json=json)


@app.command()
def follow(
    execution: Annotated[str, typer.Argument(help="ARN of the execution, as `run` and `list` print it.")],
    json: Json = False,
) -> None:
    """Follow a run until it ends; exit codes are those of `run`. Ctrl-C stops following; the run goes on."""
    parts = execution.split(":")
    if len(parts) != 6 or parts[2] != "sagemaker" or "/execution/" not in parts[5]:
        raise UsageError(
            f"{execution!r} is not the ARN of a pipeline execution",
            where="EXECUTION",
            cure="`trainyard pipeline list SERVICE` shows them",
        )
    name = parts[5].split("/")[1]
    _follow(execution, name, aws.client("sagemaker", parts[3]), aws.client("s3", parts[3]), json=json)


@app.command(name="list")
def list_(
    service: Service,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 10,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """List the newest runs of a service's pipeline."""
    session = Session(stack, service)
    sagemaker, pipeline = session.client("sagemaker"), session.service.pipeline_name
    found = past_runs(pipeline, limit, sagemaker) if current(pipeline, sagemaker) else []
    if json:
        typer.echo(json_format.dumps([vars(one) | {"started": one.started.isoformat()} for one in found]))
        return
    if not found:
        console().print(f"No run yet. Start one: trainyard pipeline run {service} --latest --stack {stack}")
        return
    table = Table(title=f"Runs of {pipeline}", title_justify="left")
    for name in ("Run", "Started", "Status", "Execution"):
        table.add_column(name, no_wrap=name != "Execution", overflow="fold")
    for one in found:
        table.add_row(one.run, f"{one.started:%Y-%m-%d %H:%M:%S}", one.status, one.execution_arn)
    console().print(table)


@app.command()
def report(
    service: Service,
    run: Annotated[str | None, typer.Option(help="Name of a run.", show_default="the newest")] = None,
    output: Annotated[Path, typer.Option(help="Where the page is written.")] = Path("report.html"),
    stack: Stack = "dev",
) -> None:
    """Save the gate's decision on a run as a page to open: verdict, tests, groups of customers, explanations."""
    session = Session(stack, service)
    newest = past_runs(session.service.pipeline_name, 1, session.client("sagemaker")) if run is None else []
    name = run or (newest[0].run if newest else "")
    layout = RunLayout(bucket=session.platform.buckets.artifacts, service=service, run=name)
    page = decision_page(layout, session.client("s3")) if name else None
    if page is None:
        raise UsageError(
            f"The gate has not decided on {f'the run {name}' if name else 'any run'} yet",
            where=layout.uri("gate") if name else session.service.pipeline_name,
            cure=f"`trainyard pipeline list {service}` shows the runs",
        )
    output.write_bytes(page)
    console().print(f"{output.resolve()}: the gate's decision on {name}", soft_wrap=True, markup=False)


def _follow(execution: str, service: str, sagemaker: Any, s3: Any, *, json: bool) -> None:
    try:
        with worded():
            progress = _shown(execution, sagemaker)
            while went_on := go_on(progress, sagemaker):
                execution = went_on.execution_arn
                typer.echo(f"{went_on.said}\nexecution {execution}", err=True)
                progress = _shown(execution, sagemaker)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped following; the run goes on. Again: trainyard pipeline follow {execution}", err=True)
        raise typer.Exit(_DETACHED) from None
    ended = outcome(progress, sagemaker=sagemaker, s3=s3)
    model = describe(ended.model_package_arn, sagemaker) if ended.model_package_arn else None
    if json:
        typer.echo(json_format.dumps(result_document(ended, model)))
    error = result_error(ended)
    if error:
        raise error
    if model and not json:
        console().print(f"Registered version {model.version}, {model.approval}. {(ended.gate or {}).get('reason', '')}")
        console().print(version_table(service, model))


def _shown(execution: str, sagemaker: Any) -> Progress:
    return show_progress(watch(execution, sagemaker, lambda: time.sleep(_POLL_SECONDS)), console(error=True))


def _announce(started: StartedRun) -> None:
    out = console(error=True)
    champion = f"version {started.champion.version}" if started.champion else "none: this would be the first model"
    for name, value in (
        ("run", started.run),
        ("orders", started.orders),
        ("image", started.image),
        ("serving", started.serving_image),
        ("champion", champion),
        ("execution", started.execution_arn),
    ):
        out.print(f"{name:<10}{value}", soft_wrap=True, markup=False)


def _dials(assignments: list[str]) -> dict[str, str]:
    dials = dict[str, str]()
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not value:
            raise UsageError(
                f"{assignment!r} sets nothing", where="--set", cure="Write NAME=VALUE, such as --set max_depth=4"
            )
        dials[name] = value
    return dials


@app.command()
def tracker(service: Service, stack: Stack = "dev") -> None:
    """Print the address of the page that shows what training runs were made with and what came of them.

    A SageMaker MLflow app's address is signed for whoever asks, and has to be opened within five minutes.
    """
    session = Session(stack, service)
    typer.echo(page(session.platform, session.client("sagemaker")))
