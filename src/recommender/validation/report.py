"""The report for people: one HTML file without anything beside it."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from recommender.validation.charts import share_bar, weekly_chart
from recommender.validation.finding import Level

MARKS = {Level.OK: "✓ ok", Level.WARNING: "! warning", Level.FAILURE: "✗ failure"}


def render_report(details: Mapping[str, Any]) -> str:
    """Return the report as HTML, from what report.json holds; whatever the orders say is escaped."""
    environment = Environment(
        loader=PackageLoader("recommender.validation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["share_bar"] = share_bar
    ranked = sorted(details["findings"], key=lambda one: list(Level).index(one["level"]), reverse=True)
    count = {level.value: sum(one["level"] == level for one in ranked) for level in Level}
    return environment.get_template("page.html").render(
        **details,
        ranked=ranked,
        count=count,
        marks=MARKS,
        chart=weekly_chart(details["weeks"]),
        newcomers=[one for one in ranked if one["check"].startswith("new_")],
    )
