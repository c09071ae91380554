"""The report: one HTML file without anything beside it."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from recommender.validation.finding import Finding, Level

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.5rem} h2{font-size:1.1rem;margin-top:2rem} table{border-collapse:collapse;width:100%}
td,th{padding:.45rem .6rem;border-bottom:1px solid #dde3ea;text-align:left;vertical-align:top}
.ok{color:#176b3a}.warning{color:#8a5a00}.failure{color:#b3261e;font-weight:600}
.banner{padding:.8rem 1rem;border-radius:.4rem;background:#f2f5f8} summary{cursor:pointer;color:#44546a}
code{font-size:.85em} rect{fill:#4477aa} text{font-size:11px;fill:#44546a}
"""
MARKS = {Level.OK: "✓ ok", Level.WARNING: "! warning", Level.FAILURE: "✗ failure"}


def render_report(snapshot: dict[str, Any], findings: Sequence[Finding], orders: pd.DataFrame) -> str:
    """Return the report as HTML: the verdict first, then every check, then orders per week."""
    ranked = sorted(findings, key=lambda finding: list(Level).index(finding.level), reverse=True)
    rows = "".join(_row(finding) for finding in ranked)
    facts = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in snapshot.items()
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Validation of the orders</title><style>{STYLE}</style><h1>Validation of the orders</h1>"
        f"<p class='banner'>{_verdict(findings)}</p>"
        f"<h2>Checks</h2><table><tr><th>Result</th><th>Check</th><th>What was seen</th></tr>{rows}</table>"
        f"<h2>Rows per week</h2>{_weekly_chart(orders)}<h2>Snapshot</h2><table>{facts}</table></html>\n"
    )


def _verdict(findings: Sequence[Finding]) -> str:
    count = {level: sum(finding.level is level for finding in findings) for level in Level}
    word = "<span class=failure>Refused</span>" if count[Level.FAILURE] else "<span class=ok>Accepted</span>"
    return f"{word}: {count[Level.FAILURE]} failures, {count[Level.WARNING]} warnings, {count[Level.OK]} checks passed."


def _row(finding: Finding) -> str:
    named = "".join(f"<li><code>{escape(row)}</code></li>" for row in finding.rows)
    rows = f"<details><summary>first rows</summary><ul>{named}</ul></details>" if named else ""
    return (
        f"<tr><td class={finding.level}>{MARKS[finding.level]}</td><td>{escape(finding.check)}</td>"
        f"<td>{escape(finding.message)}{rows}</td></tr>"
    )


def _weekly_chart(orders: pd.DataFrame) -> str:
    dates = orders["invoice_date"].dropna()
    if dates.empty:
        return "<p>No dates.</p>"
    weeks = dates.dt.to_period("W").value_counts().sort_index()
    width, top = 900 / len(weeks), int(weeks.max())
    bars = "".join(
        f"<rect x='{i * width:.1f}' y='{160 - 150 * n / top:.1f}' width='{width * 0.8:.1f}' "
        f"height='{150 * n / top:.1f}'><title>{week.start_time:%Y-%m-%d}: {n} rows</title></rect>"
        for i, (week, n) in enumerate(weeks.items())
    )
    first, last = f"{dates.min():%Y-%m-%d}", f"{dates.max():%Y-%m-%d}"
    labels = f"<text x=0 y=178>{first}</text><text x=900 y=178 text-anchor=end>{last}</text>"
    return f"<svg viewBox='0 0 900 185' role=img aria-label='rows per week, at most {top}'>{bars}{labels}</svg>"
