"""`trainyard image`: a service's container image."""

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from trainyard.cli.session import Json, Service, Session, Stack
from trainyard.errors import UsageError
from trainyard.image import ImageRequest, default_entrypoint
from trainyard.image import push as push_image

app = typer.Typer(help="The container image of a model service.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The container image of a model service."""


@app.command()
def push(
    service: Service,
    extra: Annotated[
        list[Path] | None, typer.Option(help="One more package folder to put into the image; may be repeated.")
    ] = None,
    entrypoint: Annotated[
        str | None,
        typer.Option(help="The container's command as a JSON list.", show_default='["python", "-m", SERVICE]'),
    ] = None,
    tag: Annotated[str | None, typer.Option(help="Tag to push under.", show_default="hash of the content")] = None,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Push the service's image to its repository and print its address by digest.

    On the local cloud an image is the service's package and the gate, run by this Python; the same code pushed again
    changes nothing. Runs use the image pushed last, unless told otherwise with --image.
    """
    session = Session(stack, service)
    request = ImageRequest(
        service=service,
        repository_url=session.service.repository_url,
        entrypoint=_vector(entrypoint) if entrypoint else default_entrypoint(service),
        extra=extra or (),
        tag=tag,
    )
    uri = push_image(request)
    typer.echo(json_format.dumps({"image": uri}) if json else uri)


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
