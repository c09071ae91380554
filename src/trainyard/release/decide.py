"""The decision: from what a release wants, what it has done and what AWS shows, the one next action. Pure.

Every branch asks what is, never what was called: a driver that stops between a call and its record finds the call's
effect. The one call whose effect can be gone again is UpdateEndpoint (AWS rolls back); its intent is recorded before.
"""

from trainyard.release.action import (
    Action,
    Conclude,
    CreateConfig,
    CreateModel,
    CreatePreConfig,
    CreatePreEndpoint,
    Done,
    PassPreflight,
    PutAlarms,
    RunSmokeTests,
    UpdateEndpoint,
    Wait,
)
from trainyard.release.capacity import keeps_count, suspend
from trainyard.release.clean_up import finish, remove_pre_release, undo
from trainyard.release.observe import EndpointState, Observed
from trainyard.release.plan import ReleasePlan
from trainyard.release.preflight import problems
from trainyard.release.record import Live, Progress, Record
from trainyard.release.watch import CHANGING, SETTLE_SECONDS, ringing, was_requested, watch


def next_action(plan: ReleasePlan, record: Record, observed: Observed) -> Action:
    """Return what to do next; `Done` when the release is closed."""
    if record.status != "open":
        return Done(text=f"The {plan.title} is closed: {record.status}")
    if record.progress.outcome is None:
        return _toward_live(plan, record.progress, observed)
    if record.progress.outcome == "succeeded":
        return finish(plan, record.progress, observed)
    return undo(plan, record.progress, observed)


def _toward_live(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action:
    if progress.replaces is None:
        return _preflight(plan, observed)
    if was_requested(plan, progress, observed):
        return watch(plan, progress, observed)
    return (
        _create(plan, observed)
        or _smoke(plan, progress, observed)
        or _guard(plan, progress, observed)
        or _switch(plan, progress, progress.replaces, observed)
    )


def _preflight(plan: ReleasePlan, observed: Observed) -> Action:
    found = problems(plan, observed)
    if found:
        return Conclude(text="Preflight failed", outcome="failed", reason="; ".join(found))
    live = observed.live
    pointer = observed.pointer
    retires = pointer.previous if pointer and pointer.current == live else None
    keep = {plan.config_name, live.endpoint_config_name}
    if retires and (not retires.release_id or retires.endpoint_config_name in keep):
        retires = None
    return PassPreflight(
        text=f"Preflight passed; live is version {live.version} ({live.endpoint_config_name})",
        replaces=live,
        retires=retires,
        reused=plan.config_name in observed.configs,
    )


def _create(plan: ReleasePlan, observed: Observed) -> Action | None:
    if plan.model_name not in observed.models:
        return CreateModel(text=f"Create model {plan.model_name}")
    if plan.config_name not in observed.configs:
        return CreateConfig(text=f"Create endpoint config {plan.config_name}")
    return None


def _smoke(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action | None:
    if progress.smoke is not None:
        if not progress.smoke.passed:
            return Conclude(text="Smoke tests failed", outcome="failed", reason="; ".join(progress.smoke.failures))
        return remove_pre_release(plan, observed)
    if plan.pre_name not in observed.configs:
        return CreatePreConfig(text=f"Create endpoint config {plan.pre_name} of one instance")
    if observed.pre_endpoint is None:
        return CreatePreEndpoint(text=f"Create pre-release endpoint {plan.pre_name}")
    if observed.pre_endpoint.status == "Failed":
        reason = observed.pre_endpoint.failure_reason or "no reason given"
        return Conclude(
            text="The model does not start",
            outcome="failed",
            reason=f"The pre-release endpoint did not start: {reason}",
        )
    if observed.pre_endpoint.status != "InService":
        return Wait(text=f"Pre-release endpoint is {observed.pre_endpoint.status}")
    return RunSmokeTests(text=f"Smoke tests on {plan.pre_name}")


def _guard(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action | None:
    put_at = progress.alarms_put_at
    if put_at is None or not all(name in observed.alarms for name in plan.alarm_names):
        return PutAlarms(text=f"Put alarms {', '.join(plan.alarm_names)}")
    rings = ringing(observed, plan.alarm_names)
    if rings and observed.now - put_at < SETTLE_SECONDS * 5:
        return Wait(text=f"Alarm {rings[0].name} still rings from an earlier try: {rings[0].reason}")
    return None


def _switch(plan: ReleasePlan, progress: Progress, replaces: Live, observed: Observed) -> Action:
    endpoint = observed.endpoint
    if endpoint is None:
        return Conclude(text="Endpoint is gone", outcome="failed", reason=f"Endpoint {plan.endpoint_name} is gone")
    if endpoint.status in CHANGING:
        return Wait(text=f"Endpoint is {endpoint.status}, not by this release")
    if endpoint.status != "InService":
        reason = f"Endpoint {plan.endpoint_name} is {endpoint.status} {endpoint.failure_reason}".strip()
        return Conclude(text=f"Endpoint is {endpoint.status}", outcome="failed", reason=reason)
    if endpoint.config_name == plan.config_name:
        return Conclude(text=f"{plan.config_name} is live", outcome="succeeded", reason="It was live already")
    if endpoint.config_name != replaces.endpoint_config_name:
        return Conclude(
            text="Someone else changed the endpoint",
            outcome="failed",
            reason=f"While this release was prepared, {plan.endpoint_name} moved from {replaces.endpoint_config_name} "
            f"to {endpoint.config_name}",
        )
    return _alarmed(plan, observed) or suspend(plan, progress, observed) or _update(plan, endpoint, observed)


def _alarmed(plan: ReleasePlan, observed: Observed) -> Action | None:
    rings = ringing(observed, (*plan.endpoint_alarms, *plan.alarm_names))
    if not rings or plan.kind == "rollback":  # a rollback is what one does about an alarm
        return None
    return Conclude(
        text=f"Alarm {rings[0].name} rings before the switch",
        outcome="failed",
        reason=f"Alarm {rings[0].name} is in ALARM before the switch: {rings[0].reason}",
    )


def _update(plan: ReleasePlan, endpoint: EndpointState, observed: Observed) -> Action:
    watched = (*plan.endpoint_alarms, *plan.alarm_names)
    rings = {alarm.name for alarm in ringing(observed, watched)}
    return UpdateEndpoint(
        text=f"Update {plan.endpoint_name} to {plan.config_name}, {plan.strategy.type}",
        rollback_alarms=tuple(name for name in watched if name not in rings),
        retain_count=keeps_count(plan, observed),
        endpoint_modified=endpoint.modified,
    )
