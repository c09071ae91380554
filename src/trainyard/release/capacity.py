"""The part of the decision that keeps capacity: how many instances the new fleet has, and the scaling around an update.

SageMaker refuses to change the instance type of a variant that is registered for autoscaling (its guide, "Delete or
update an endpoint that uses automatic scaling"). So the variant is taken off before such an update and put back after
it, however it ended.
"""

from trainyard.release.action import (
    Action,
    DeregisterScaling,
    NoteScaling,
    RegisterScaling,
    RestorePolicy,
    RestoreScheduled,
    Wait,
)
from trainyard.release.observe import Observed, changes_type
from trainyard.release.plan import ReleasePlan
from trainyard.release.record import Progress
from trainyard.release.watch import CHANGING


def keeps_count(plan: ReleasePlan, observed: Observed) -> bool:
    """Return whether the live instance count stays: unless its dial was raised above it."""
    endpoint, config = observed.endpoint, observed.live_config
    if endpoint is None or config is None:
        return True
    dial = plan.fleet.instance_count
    return dial == config.instance_count or dial <= endpoint.desired_count


def new_count(plan: ReleasePlan, observed: Observed) -> int:
    """Return how many instances the new fleet will have."""
    live = observed.endpoint.desired_count if observed.endpoint else 1
    return live if keeps_count(plan, observed) else plan.fleet.instance_count


def suspend(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action | None:
    """Return the next step of taking the variant off autoscaling, or None where an update may be sent."""
    if not observed.scaling.registered or not changes_type(plan, observed.live_config):
        return None
    if progress.scaling is None:
        return NoteScaling(text=f"Note the scaling of {plan.endpoint_name}")
    return DeregisterScaling(text=f"Take {plan.endpoint_name} off autoscaling: its instance type changes")


def restore(progress: Progress, observed: Observed) -> Action | None:
    """Return the next step of putting the variant's scaling back, or None when all of it is there.

    Only what is missing is made: what somebody has put there meanwhile is newer than what was noted.
    """
    noted, seen = progress.scaling, observed.scaling
    if noted is None or observed.endpoint is None:
        return None
    if observed.endpoint.status in CHANGING:
        return Wait(text=f"Endpoint is {observed.endpoint.status}; its scaling is put back afterwards")
    if not seen.registered:
        low, high = noted.target["MinCapacity"], noted.target["MaxCapacity"]
        return RegisterScaling(text=f"Put autoscaling back: {low} to {high} instances", body=noted.target)
    for policy in noted.policies:
        if policy["PolicyName"] not in seen.policies:
            return RestorePolicy(text=f"Put scaling policy {policy['PolicyName']} back", body=policy)
    for action in noted.scheduled:
        if action["ScheduledActionName"] not in seen.scheduled:
            return RestoreScheduled(text=f"Put scheduled action {action['ScheduledActionName']} back", body=action)
    return None
