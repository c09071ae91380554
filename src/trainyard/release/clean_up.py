"""The part of the decision after the verdict: what a release takes away, and what it never touches."""

from trainyard.release.action import (
    Action,
    Announce,
    Close,
    DeleteAlarms,
    DeleteConfig,
    DeleteModel,
    DeletePreEndpoint,
    SetPointer,
    Wait,
)
from trainyard.release.capacity import restore
from trainyard.release.observe import Observed
from trainyard.release.plan import ReleasePlan
from trainyard.release.record import Outcome, Progress
from trainyard.release.watch import CHANGING, was_requested


def undo(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action:
    """Return what a failed release still has to take away; what serves is never touched."""
    endpoint = observed.endpoint
    if endpoint and endpoint.status in CHANGING and was_requested(plan, progress, observed):
        return Wait(text=f"Endpoint is {endpoint.status}")
    action = restore(progress, observed) or remove_pre_release(plan, observed)
    if action:
        return action
    # Never what serves, and never what was there before: the failed release may be a rollback to a kept config.
    in_use = endpoint is not None and plan.config_name in (endpoint.config_name, endpoint.pending_config)
    if progress.replaces is not None and not in_use:
        alarms = tuple(name for name in plan.alarm_names if name in observed.alarms)
        if alarms and set(alarms).isdisjoint(progress.replaces.alarms):
            return DeleteAlarms(text=f"Delete alarms {', '.join(alarms)}", names=alarms)
        kept = (plan.config_name, plan.model_name) if progress.reused else ()
        action = _delete_fleet(plan.config_name, plan.model_name, kept, observed)
        if action:
            return action
    return _close(progress, progress.outcome or "failed")


def finish(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action:
    """Return what a successful release still has to do: pointer, the previous alarms, the fleet before the previous."""
    action = restore(progress, observed)  # first: until then nothing scales the new fleet
    if action:
        return action
    if not progress.pointer_set:
        return SetPointer(text=f"Point `live` of {plan.service} to version {plan.version}")
    replaces, retires = progress.replaces, progress.retires
    if replaces and replaces.release_id:
        alarms = tuple(n for n in replaces.alarms if n in observed.alarms and n not in plan.alarm_names)
        if alarms:
            return DeleteAlarms(text=f"Delete alarms of the previous release: {', '.join(alarms)}", names=alarms)
    action = remove_pre_release(plan, observed)
    if action:
        return action
    if retires:
        kept = (plan.config_name, plan.model_name)
        kept += (replaces.endpoint_config_name, replaces.model_name) if replaces else ()
        action = _delete_fleet(retires.endpoint_config_name, retires.model_name, kept, observed)
        if action:
            return action
    return _close(progress, "succeeded")


def _delete_fleet(config: str, model: str, keep: tuple[str, ...], observed: Observed) -> Action | None:
    if config in observed.configs and config not in keep:
        return DeleteConfig(text=f"Delete endpoint config {config}", name=config)
    if model in observed.models and model not in keep:
        return DeleteModel(text=f"Delete model {model}", name=model)
    return None


def _close(progress: Progress, outcome: Outcome) -> Action:
    if not progress.announced:
        return Announce(text="Announce the outcome")
    return Close(text=f"Close the record: {outcome}", outcome=outcome)


def remove_pre_release(plan: ReleasePlan, observed: Observed) -> Action | None:
    """Return the next step of tearing the pre-release endpoint down, or None when it is gone."""
    if observed.pre_endpoint is not None:
        if observed.pre_endpoint.status in CHANGING:
            return Wait(text=f"Pre-release endpoint is {observed.pre_endpoint.status}")
        return DeletePreEndpoint(text=f"Delete pre-release endpoint {plan.pre_name}")
    if plan.pre_name in observed.configs:
        return DeleteConfig(text=f"Delete endpoint config {plan.pre_name}", name=plan.pre_name)
    return None
