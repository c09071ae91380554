"""A shadow for people: its plan before it starts, and the comparison."""

from rich.table import Table

from trainyard.shadow.comparison import Comparison
from trainyard.shadow.measured import Measured
from trainyard.shadow.prepare import Outlook


def outlook_table(outlook: Outlook) -> Table:
    """Return the plan of a shadow, for `--dry-run` and before a start."""
    plan, needed = outlook.plan, f"{outlook.needed_instances} {outlook.plan.instance_type} at once"
    known = outlook.quota is not None and outlook.quota.allowed is not None
    why = outlook.quota.unknown if outlook.quota else "not asked for"
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row("endpoint", f"{plan.endpoint_name} ({plan.environment})")
    table.add_row("live", f"version {outlook.live_version} ({plan.live_config_name}), which goes on answering")
    table.add_row("shadow", f"version {plan.version} ({plan.config_name}), whose answers reach nobody")
    table.add_row("requests", f"copies of {plan.percent} %")
    table.add_row("instances", f"{plan.instances} {plan.instance_type} more, until it is stopped")
    allowed = f", of {outlook.quota.allowed}" if outlook.quota and known else f"; not checked: {why}"
    table.add_row("quota", f"{needed}{allowed}")
    table.add_row("undone by", ", ".join(plan.endpoint_alarms) or "nothing")
    return table


def comparison_table(one: Comparison) -> Table:
    """Return production and shadow side by side."""
    plan = one.record.plan
    title = f"{plan.service}: version {plan.version} beside the live one for {one.seconds / 60:.0f} min"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("production", justify="right")
    table.add_column("shadow", justify="right")
    for name, key in _ROWS.items():
        table.add_row(name, _told(one.production, key), _told(one.shadow, key))
    if one.agreement is not None:
        table.add_row(f"same products ({one.pairs} requests)", "", f"{one.agreement:.1%}")
    return table


_ROWS = {
    "requests": "invocations",
    "4XX": "errors_4xx",
    "5XX": "errors_5xx",
    "model latency p50, ms": "latency_p50_ms",
    "model latency p99, ms": "latency_p99_ms",
}


def _told(measured: Measured, key: str) -> str:
    value: int | float | None = getattr(measured, key)
    if value is None:
        return "-"
    if key.startswith("errors") and measured.invocations:
        return f"{value} ({value / measured.invocations:.1%})"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
