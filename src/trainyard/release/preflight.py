"""What must be true before a release may change anything."""

from trainyard.release.observe import Observed
from trainyard.release.plan import NAME_LIMIT, ReleasePlan

ALARM_LIMIT = 10
"""SageMaker's limit of alarms that may roll one deployment back."""


def problems(plan: ReleasePlan, observed: Observed) -> list[str]:
    """Return why the release may not start, one sentence each; empty when it may."""
    return [
        *_endpoint(plan, observed),
        *_strategy(plan, observed),
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
    if observed.autoscaled and config.instance_type != plan.fleet.instance_type:
        found.append(
            f"The instance type would change from {config.instance_type} to {plan.fleet.instance_type} while the "
            "variant is registered for autoscaling, which SageMaker refuses; deregister its scalable target first"
        )
    if max(len(plan.model_name), len(plan.pre_name)) > NAME_LIMIT:
        found.append(
            f"Name {plan.model_name} is longer than SageMaker's {NAME_LIMIT} characters; shorten the service's name"
        )
    return found


def _strategy(plan: ReleasePlan, observed: Observed) -> list[str]:
    """Check AWS's limits, which botocore does not know (FACTS: shares are of the live instance count)."""
    strategy, found = plan.strategy, []
    count = observed.endpoint.desired_count if observed.endpoint else 1
    if strategy.type == "canary":
        if count < 2:
            found.append(
                f"A canary needs at least two instances and {plan.endpoint_name} runs {count}; "
                "use --strategy all_at_once, or raise `minimum_instances` in the stack file"
            )
        if not 1 <= strategy.canary_percent <= 50:
            found.append(f"A canary may take 1 to 50 % of the instances, not {strategy.canary_percent} %")
    if not 0 <= strategy.bake_seconds <= 3600:
        found.append(f"Baking may take 0 to 3600 seconds, not {strategy.bake_seconds}")
    waits = strategy.bake_seconds * (2 if strategy.type == "canary" else 1)
    if not 600 <= strategy.timeout_seconds <= 28800:
        found.append(f"A deployment may take 600 to 28800 seconds, not {strategy.timeout_seconds}")
    elif strategy.timeout_seconds <= waits:
        found.append(f"The deployment bakes {waits} s in all, longer than its timeout of {strategy.timeout_seconds} s")
    return found


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
    what = f"Version {plan.version} of {plan.service}"
    if observed.package_status == "Rejected":
        return [f"{what} is rejected in the registry"]
    if plan.approvals_required == 0:
        return []
    other = [one.model_package_arn for one in observed.approvals if one.model_package_arn != plan.model_package_arn]
    if other:
        return [f"{what} has an approval for another package, {other[0]}"]
    people = {one.person for one in observed.approvals}
    if observed.package_status == "Approved" and len(people) >= plan.approvals_required:
        return []
    needed = "it" if plan.approvals_required == 1 else f"{plan.approvals_required} people's; {len(people)} gave theirs"
    return [
        f"{what} is not approved and {plan.environment} asks for {needed}; "
        f"run `trainyard model approve {plan.service} {plan.version}`"
    ]
