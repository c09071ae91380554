"""A report as one HTML page that asks nobody for anything: no script, no font, no picture from elsewhere."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from trainyard.preview.rendering import wording
from trainyard.preview.report import Report
from trainyard.preview.urn import kind


def render(report: Report) -> str:
    """Return the report as a page."""
    return _template().render(report=report, wording=wording, kind=kind)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("trainyard.preview.rendering", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")
