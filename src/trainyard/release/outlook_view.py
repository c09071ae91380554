"""The plan of a release for people, before it starts: what would change, step by step, and how long it takes."""

from rich.table import Table

from stacks.outputs import Strategy
from trainyard.release.begin import Outlook
from trainyard.release.capacity import new_count
from trainyard.release.observe import Observed, changes_type
from trainyard.release.plan import ReleasePlan
from trainyard.release.preflight import needed_instances
from trainyard.release.steps import steps, waits


def outlook_table(outlook: Outlook) -> Table:
    """Return the plan of a release, for `--dry-run` and before a start."""
    plan, live = outlook.plan, outlook.observed.live
    count = new_count(plan, outlook.observed)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row("endpoint", f"{plan.endpoint_name} ({plan.environment})")
    table.add_row("version", f"{live.version} -> {plan.version}")
    table.add_row("config", f"{live.endpoint_config_name} -> {plan.config_name}")
    table.add_row("traffic", traffic(plan.strategy, count))
    table.add_row("takes", duration(plan.strategy, count))
    if changes_type(plan, outlook.observed.live_config):
        table.add_row("instances", instance_change(plan, outlook.observed))
    table.add_row("quota", quota_line(plan, outlook.observed))
    table.add_row("smoke tests", f"{len(plan.golden.requests)} golden requests on a pre-release endpoint")
    table.add_row("undone by", ", ".join((*plan.alarm_names, *plan.endpoint_alarms)))
    return table


def traffic(strategy: Strategy, count: int) -> str:
    """Return the steps to a new fleet of `count` instances, in one line."""
    taken = steps(strategy, count)
    if len(taken) == 1:
        return f"all at once, {count} instances, then {strategy.bake_seconds} s"
    if strategy.type == "canary":
        percent = f"{strategy.canary_percent} % of {count} instances"
        return f"canary: {percent}, {strategy.bake_seconds} s, then all, {strategy.bake_seconds} s"
    reached = ", ".join(str(step.instances) for step in taken)
    what = (
        "batches, one beside the fleet at a time" if strategy.type == "rolling" else "steps, both fleets side by side"
    )
    return f"{strategy.type}: {reached} of {count} instances ({len(taken)} {what}), {strategy.bake_seconds} s each"


def duration(strategy: Strategy, count: int) -> str:
    """Return how long the update takes at least and at most."""
    least, most = _minutes(waits(strategy, count)), _minutes(strategy.timeout_seconds)
    return f"at least {least} of watching and the instances' start; after {most} it is rolled back"


def instance_change(plan: ReleasePlan, observed: Observed) -> str:
    """Return what another instance type means for the fleet and its scaling."""
    before = observed.live_config.instance_type if observed.live_config else ""
    off = "; autoscaling is off during the update" if observed.scaling.registered else ""
    return f"{before} -> {plan.fleet.instance_type}{off}"


def quota_line(plan: ReleasePlan, observed: Observed) -> str:
    """Return what the account's quota says to the release, or why it was not checked."""
    needed = f"{needed_instances(plan, observed)} {plan.fleet.instance_type} at once"
    quota = observed.quota
    if quota is None or quota.allowed is None:
        return f"{needed}; not checked: {quota.unknown if quota else 'not asked for'}"
    return f"{needed}, of {quota.allowed} that the account may have behind all of its endpoints"


def _minutes(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{seconds / 60:.0f} min"
