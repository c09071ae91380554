"""A card's content for people: the same sections as Markdown and as a page that needs nothing else. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:.3rem .6rem;"
    "vertical-align:top;overflow-wrap:anywhere}td:first-child{width:16rem;color:#444}"
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a card."""

    title: str
    rows: tuple[tuple[str, str], ...]


def sections(content: Mapping[str, Any]) -> list[Section]:
    """Return a card's content as sections of rows, whatever of the schema it fills."""
    return [Section(title=_words(name), rows=tuple(_rows(value, ""))) for name, value in content.items()]


def as_markdown(title: str, content: Mapping[str, Any]) -> str:
    """Return a card as Markdown."""
    lines = [f"# {title}"]
    for section in sections(content):
        lines += ["", f"## {section.title}", "", "| | |", "|---|---|"]
        lines += [f"| {_cell(name)} | {_cell(value)} |" for name, value in section.rows]
    return "\n".join(lines) + "\n"


def as_html(title: str, content: Mapping[str, Any]) -> str:
    """Return a card as one HTML page."""
    body = "".join(
        f"<h2>{escape(section.title)}</h2><table>"
        + "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in section.rows)
        + "</table>"
        for section in sections(content)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def _rows(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and "value" in value and "name" in value:
        notes = f" ({value['notes']})" if value.get("notes") else ""
        yield str(value["name"]), f"{_number(value['value'])}{notes}"
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "name":
                yield from _rows(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _rows(one, name)
    else:
        yield _words(name), _number(value)


def _number(value: Any) -> str:
    return f"{value:.5f}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
