"""`trainyard model card`: a version's model card, from its records."""

import json as json_format
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from pipelines.model_card import about
from pipelines.model_card import card as card_content
from trainyard.cli.session import Json, Service, Session, Stack, console
from trainyard.lineage import gather, lineage
from trainyard.model_card import as_html, as_markdown, card_facts
from trainyard.registry import find_version

Version = Annotated[int, typer.Argument(help="Number of the version, as `model list` shows it.", show_default=False)]


def card(
    service: Service,
    version: Version,
    html: Annotated[Path | None, typer.Option(help="Write it as a page to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write it as Markdown to this file.")] = None,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Show the model card of a version: intended use, data, training, evaluation by slice, limits, owners.

    What people say is in model_card.json of the service's package; everything else comes from records. `--json` prints
    it in the schema of SageMaker's model cards; a shorter one, with what is known then, is registered with the version.
    """
    session = Session(stack, service)
    found = find_version(session.service.model_package_group, version, session.client("sagemaker"))
    sources = gather(found, session.platform, session.service, session.client)
    facts = card_facts(lineage(sources), sources.evaluation.get("slices", ()), session.service.owners)
    content = card_content(about(service), facts)
    title = f"{service}, version {version} in {stack}"
    if html:
        html.write_text(as_html(title, content))
    if markdown:
        markdown.write_text(as_markdown(title, content))
    if json:
        typer.echo(json_format.dumps(content))
    elif html or markdown:
        console().print(f"Written: {', '.join(str(path) for path in (html, markdown) if path)}", soft_wrap=True)
    else:
        console().print(Markdown(as_markdown(title, content)))
