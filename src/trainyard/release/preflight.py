"""What must be true before a release may change anything."""

from trainyard.release.approved import Candidate, objections
from trainyard.release.capacity import new_count
from trainyard.release.observe import Observed, changes_type
from trainyard.release.plan import NAME_LIMIT, ReleasePlan
from trainyard.release.steps import instances_needed, steps, waits

ALARM_LIMIT = 10
"""SageMaker's limit of alarms that may roll one deployment back."""


def problems(plan: ReleasePlan, observed: Observed) -> list[str]:
    """Return why the release may not start, one sentence each; empty when it may."""
    return [
        *_endpoint(plan, observed),
        *_strategy(plan, observed),
        *_waits(plan, new_count(plan, observed)),
        *_quota(plan, observed),
        *_alarms(plan, observed),
        *_approval(plan, observed),
    ]


def _endpoint(plan: ReleasePlan, observed: Observed) -> list[str]:
    endpoint, config = observed.endpoint, observed.live_config
    if endpoint is None or config is None:
        return [f"Endpoint {plan.endpoint_name} does not exist; `pulumi up` makes it"]
    found: list[str] = []
    if endpoint.status != "InService":
        found.append(
            f"Endpoint {plan.endpoint_name} is {endpoint.status}, not InService {endpoint.failure_reason}".strip()
        )
    if config.variant_name != plan.variant_name:
        found.append(
            f"The live config names its variant {config.variant_name!r}, this release {plan.variant_name!r}; "
            "SageMaker moves traffic only between equal names"
        )
    if max(len(plan.model_name), len(plan.pre_name)) > NAME_LIMIT:
        found.append(
            f"Name {plan.model_name} is longer than SageMaker's {NAME_LIMIT} characters; shorten the service's name"
        )
    return found


def _strategy(plan: ReleasePlan, observed: Observed) -> list[str]:
    """Check AWS's limits, which botocore does not know: shares are of the live instance count.

    They are those of SageMaker's API reference (CapacitySize, TrafficRoutingConfig, RollingUpdatePolicy) and of its
    guide to deployment guardrails.
    """
    kind, found = plan.strategy.type, []
    if kind == "all_at_once":
        return []
    count = observed.endpoint.desired_count if observed.endpoint else 1
    what = _KINDS[kind]
    if count < 2:
        found.append(
            f"{what} needs at least two instances and {plan.endpoint_name} runs {count}; "
            "use --strategy all_at_once, or raise `minimum_instances` in the stack file"
        )
    if plan.fleet.instance_type.startswith("ml.inf1."):
        found.append(
            f"SageMaker moves {plan.fleet.instance_type} all at once, whatever is asked; say so with --strategy"
        )
    if kind == "rolling" and observed.live_config and observed.live_config.variant_count != 1:
        found.append(
            f"A rolling release is for endpoints of one variant, and {plan.endpoint_name} has "
            f"{observed.live_config.variant_count}; use another --strategy"
        )
    for (of, share), (low, high) in _SHARES.items():
        percent = getattr(plan.strategy, share)
        if of == kind and not low <= percent <= high:
            found.append(f"`{share}` may be {low} to {high} % of the instances, not {percent} %")
    return found


_KINDS = {"canary": "A canary", "linear": "A linear release", "rolling": "A rolling release"}
_SHARES = {
    ("canary", "canary_percent"): (1, 50),
    ("linear", "linear_percent"): (10, 50),
    ("rolling", "rolling_percent"): (5, 50),
    ("rolling", "rolling_back_percent"): (5, 100),
}


def _waits(plan: ReleasePlan, count: int) -> list[str]:
    """Check the times, and that a fleet of `count` instances can be watched through all of its steps."""
    strategy, found = plan.strategy, []
    if not 0 <= strategy.bake_seconds <= 3600:
        found.append(f"Baking may take 0 to 3600 seconds, not {strategy.bake_seconds}")
    if not 600 <= strategy.timeout_seconds <= 28800:
        return [*found, f"A deployment may take 600 to 28800 seconds, not {strategy.timeout_seconds}"]
    total, taken = waits(strategy, count), len(steps(strategy, count))
    if strategy.timeout_seconds <= total:
        found.append(
            f"The deployment bakes {total} s in all ({taken} steps of {count} instances), which leaves nothing of its "
            f"timeout of {strategy.timeout_seconds} s; raise `timeout_seconds`, or take larger steps"
        )
    return found


def _quota(plan: ReleasePlan, observed: Observed) -> list[str]:
    needed, quota = needed_instances(plan, observed), observed.quota
    if quota is None or quota.allowed is None or needed <= quota.allowed:
        return []
    smaller = "" if plan.strategy.type == "rolling" else ", or use --strategy rolling"
    return [
        f"The release may run {needed} {plan.fleet.instance_type} at once, and the account's quota is {quota.allowed}; "
        f"ask Service Quotas to raise `{quota.name}`{smaller}"
    ]


def needed_instances(plan: ReleasePlan, observed: Observed) -> int:
    """Return how many instances of the new fleet's type there may be at once, the pre-release one included."""
    same_type = not changes_type(plan, observed.live_config)
    return instances_needed(plan.strategy, new_count(plan, observed), same_type=same_type)


def _alarms(plan: ReleasePlan, observed: Observed) -> list[str]:
    found = [
        f"Alarm {name}, which should watch the endpoint, does not exist; `pulumi up` makes it"
        for name in plan.endpoint_alarms
        if name not in observed.alarms
    ]
    if plan.kind != "rollback":  # a rollback is what one does about an alarm
        found += [
            f"Alarm {name} is in ALARM: {observed.alarms[name].reason}"
            for name in plan.endpoint_alarms
            if name in observed.alarms and observed.alarms[name].state == "ALARM"
        ]
    if len(plan.endpoint_alarms) + len(plan.alarm_names) > ALARM_LIMIT:
        found.append(
            f"A deployment may watch {ALARM_LIMIT} alarms, and there are {len(plan.endpoint_alarms)} endpoint-wide ones"
        )
    return found


def _approval(plan: ReleasePlan, observed: Observed) -> list[str]:
    if not plan.model_package_arn:
        return []
    candidate = Candidate(
        environment=plan.environment,
        service=plan.service,
        version=plan.version,
        model_package_arn=plan.model_package_arn,
        approvals_required=plan.approvals_required,
    )
    return objections(candidate, observed.package_status, observed.approvals)
