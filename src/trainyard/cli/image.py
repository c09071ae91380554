"""`trainyard image`: a service's container images."""

import json as json_format
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipelines.image_kind import KINDS, SERVING, jobs_kind
from trainyard.cli.session import Json, Service, Session, Stack, console
from trainyard.errors import UsageError
from trainyard.image import (
    BASE,
    BUILDERS,
    BuildPlan,
    ImageRequest,
    Pushed,
    default_entrypoint,
    find_builder,
    is_local,
    push_containers,
    push_folders,
)
from trainyard.image import build as build_image
from trainyard.local.project import find_project

app = typer.Typer(help="The container images of a model service.", no_args_is_help=True)

Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help=f"Kind of image; may be repeated. One of: {', '.join(KINDS)}.")
]
ChosenBuilder = Annotated[
    str | None, typer.Option("--builder", help=f"{', '.join(BUILDERS)}.", show_default="the first that works here")
]
Base = Annotated[str, typer.Option(help="Image to start from: Python 3.11 with venv.")]


@app.callback()
def group() -> None:
    """The container images of a model service."""


@app.command()
def build(
    service: Service, kind: Kinds = None, builder: ChosenBuilder = None, base: Base = BASE, json: Json = False
) -> None:
    """Build the service's containers on this machine, and keep their bills of materials in build/images.

    Takes minutes the first time; the image for GPUs is the largest. Certificates and the package index that this shell
    names for pip (PIP_INDEX_URL, SSL_CERT_FILE and the like) are used and left in no image.
    """
    kinds = _kinds(kind) or list(KINDS)
    plan = _plan(service, builder, base)
    made = [build_image(plan, one) for one in kinds]
    if json:
        rows = [asdict(one) | {"sbom": str(one.sbom), "seconds": round(one.seconds, 1)} for one in made]
        typer.echo(json_format.dumps({"builder": plan.builder.name, "images": rows}))
        return
    table = Table("kind", "size", "seconds", "image", box=None, pad_edge=False)
    for one in made:
        table.add_row(one.kind, one.size, f"{one.seconds:.0f}", one.name)
    console().print(table)


@app.command()
def push(
    service: Service,
    kind: Kinds = None,
    builder: ChosenBuilder = None,
    base: Base = BASE,
    extra: Annotated[
        list[Path] | None,
        typer.Option(help="One more package folder; may be repeated. On the local cloud only."),
    ] = None,
    entrypoint: Annotated[
        str | None,
        typer.Option(
            help="The container's command as a JSON list. On the local cloud only.",
            show_default='["python", "-m", SERVICE]',
        ),
    ] = None,
    tag: Annotated[
        str | None,
        typer.Option(
            help="Tag of an image that no run takes by itself. On the local cloud only.",
            show_default="kind and hash of the content",
        ),
    ] = None,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Push the service's images to its repository and print each one's address by digest.

    By default one image for jobs (for GPUs, where training.instance_type has one) and one for serving, tagged by kind
    and content, so that the same code pushed again changes nothing. Runs use the newest of each kind, unless told
    otherwise with --image and --serving-image. On AWS the images are containers, built here. On the local cloud they
    are the service's package and the gate, run by this Python.
    """
    asked = _kinds(kind)
    vector = _vector(entrypoint) if entrypoint else None
    if not is_local():
        _refuse_on_aws({"--extra": bool(extra), "--entrypoint": bool(entrypoint), "--tag": bool(tag)})
    session = Session(stack, service)
    kinds = asked or [jobs_kind(session.service.training.instance_type), SERVING]
    if is_local():
        request = ImageRequest(
            service=service,
            repository_url=session.service.repository_url,
            entrypoint=vector or default_entrypoint(service),
            kinds=kinds,
            extra=extra or (),
            tag=tag,
        )
        pushed = push_folders(request)
    else:
        plan = _plan(service, builder, base)
        pushed = push_containers(plan, kinds, session.service.repository_url, session.client("ecr"))
    _show(pushed, json=json)


def _plan(service: str, builder: str | None, base: str) -> BuildPlan:
    out = console(error=True)
    return BuildPlan(
        service=service,
        project=find_project(),
        builder=find_builder(builder),
        base=base,
        say=lambda line: out.print(line, soft_wrap=True, markup=False),
    )


def _show(pushed: Sequence[Pushed], *, json: bool) -> None:
    if json:
        rows = [{"kind": one.kind, "tag": one.tag, "image": one.uri} for one in pushed]
        typer.echo(json_format.dumps({"images": rows}))
        return
    for one in pushed:
        typer.echo(f"{one.kind or one.tag:<13}{one.uri}")


def _kinds(asked: Sequence[str] | None) -> list[str]:
    for kind in asked or ():
        if kind not in KINDS:
            raise UsageError(f"There is no image of kind {kind!r}", where="--kind", cure=f"Use {', '.join(KINDS)}")
    return list(asked or ())


def _refuse_on_aws(given: dict[str, bool]) -> None:
    for option, used in given.items():
        if used:
            raise UsageError(
                f"{option} is for the local cloud's images; this shell speaks to AWS, where they are containers",
                where=option,
                cure='Leave it out and change containers/, or run `eval "$(trainyard local env)"`',
            )


def _vector(text: str) -> list[str]:
    try:
        value = json_format.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list) or not value or not all(isinstance(part, str) for part in value):
        raise UsageError(
            f"The entrypoint must be a JSON list of strings, not {text!r}",
            where="--entrypoint",
            cure="""Write it like '["python", "-m", "recommender"]'""",
        )
    return value
