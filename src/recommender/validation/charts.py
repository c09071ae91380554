"""Charts of the report as inline SVG: no library, no request; colours come from the page, so both schemes fit."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

WIDTH, HEIGHT = 960, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 10, 26


def weekly_chart(weeks: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw rows per week as bars, and the band in which they were expected behind them."""
    if not weeks:
        return Markup("<p>No dates.</p>")
    top = max(1.0, *(max(week["rows"], week["high"] or 0) for week in weeks))
    step = (WIDTH - _LEFT - _RIGHT) / len(weeks)

    def y(value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top

    bars = Markup("").join(_bar(week, _LEFT + at * step, step, y) for at, week in enumerate(weeks))
    band = _band(weeks, step, y)
    label = f"Rows per week, at most {max(week['rows'] for week in weeks):,}"
    return Markup("<svg viewBox='0 0 {} {}' role=img aria-label='{}'>{}{}{}</svg>").format(
        WIDTH, HEIGHT, label, _axes(weeks, step, top, y), band, bars
    )


def _bar(week: Mapping[str, Any], x: float, step: float, y: Any) -> Markup:
    expected = "" if week["expected"] is None else f", {week['low']:,.0f} to {week['high']:,.0f} expected"
    kind = "strange" if week["strange"] else "usual"
    return Markup(
        "<rect class='bar {}' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}'>"
        "<title>Week from {}: {:,} rows{}</title></rect>"
    ).format(
        kind,
        x + 0.15 * step,
        y(week["rows"]),
        0.7 * step,
        y(0) - y(week["rows"]),
        week["first_day"],
        week["rows"],
        expected,
    )


def _band(weeks: Sequence[Mapping[str, Any]], step: float, y: Any) -> Markup:
    known = [(_LEFT + at * step, week) for at, week in enumerate(weeks) if week["low"] is not None]
    boxes = Markup("").join(
        Markup("<rect class=band x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}'/>").format(
            x, y(week["high"]), step, y(week["low"]) - y(week["high"])
        )
        for x, week in known
    )
    line = " ".join(f"{x:.1f},{y(week['expected']):.1f} {x + step:.1f},{y(week['expected']):.1f}" for x, week in known)
    return boxes + (Markup("<polyline class=expected points='{}'/>").format(line) if known else Markup(""))


def _axes(weeks: Sequence[Mapping[str, Any]], step: float, top: float, y: Any) -> Markup:
    across = Markup("").join(
        Markup(
            "<line class=grid x1={} x2={} y1='{:.1f}' y2='{:.1f}'/><text x={} y='{:.1f}' class=end>{:,.0f}</text>"
        ).format(_LEFT, WIDTH - _RIGHT, y(value), y(value), _LEFT - 6, y(value) + 4, value)
        for value in (0, top / 2, top)
    )
    every = max(1, len(weeks) // 8)
    below = Markup("").join(
        Markup("<text x='{:.1f}' y={}>{}</text>").format(_LEFT + at * step, HEIGHT - 8, weeks[at]["first_day"])
        for at in range(0, len(weeks), every)
        if _LEFT + at * step < WIDTH - 70
    )
    return across + below


def share_bar(share: float) -> Markup:
    """Draw a share, 0 to 1, as a bar with its number beside it in words of the page."""
    percent = 100 * min(max(share, 0.0), 1.0)
    return Markup("<span class=share title='{}'><i style='width:{:.2f}%'></i></span>").format(
        escape(f"{percent:.2f} %"), percent
    )
