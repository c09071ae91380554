"""A report in four shapes; none of them decides anything."""

from collections.abc import Callable
from enum import StrEnum

from trainyard.preview.rendering import document, markdown, page, terminal
from trainyard.preview.report import Report


class Format(StrEnum):
    """What a report is written as."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


_RENDERERS: dict[Format, Callable[[Report], str]] = {
    Format.TABLE: terminal.plain,
    Format.MARKDOWN: markdown.render,
    Format.JSON: document.render,
    Format.HTML: page.render,
}


def render(report: Report, format: Format) -> str:
    """Return a report as text; a table is without colours."""
    return _RENDERERS[format](report)
