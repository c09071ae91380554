"""The part of the decision between the request to SageMaker and the verdict: observe, then verify."""

from trainyard.release.action import (
    Action,
    AskLive,
    Conclude,
    NoteTripped,
    ReadAlarmHistory,
    Wait,
)
from trainyard.release.live_answers import PAUSE_SECONDS
from trainyard.release.observe import EndpointState, Observed
from trainyard.release.plan import ReleasePlan
from trainyard.release.record import Progress, TrippedAlarm

SETTLE_SECONDS = 60.0
"""How long an accepted update may stay invisible."""
CHANGING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


def was_requested(plan: ReleasePlan, progress: Progress, observed: Observed) -> bool:
    """Return whether SageMaker got the update, also where its answer to the call was lost."""
    if progress.update_requested:
        return True
    if progress.intent is None or observed.endpoint is None:
        return False
    changed = observed.endpoint.modified != progress.intent.endpoint_modified
    return changed or plan.config_name in (observed.endpoint.pending_config, observed.endpoint.config_name)


def watch(plan: ReleasePlan, progress: Progress, observed: Observed) -> Action:
    """Return what to do while and after SageMaker carries the update out."""
    known = {alarm.name for alarm in progress.tripped}
    # The new fleet's own alarms first: they say more than those that both fleets feed.
    seen = [alarm for alarm in ringing(observed, (*plan.alarm_names, *plan.endpoint_alarms)) if alarm.name not in known]
    if seen:
        return NoteTripped(text=f"Alarm {seen[0].name} tripped: {seen[0].reason}", alarms=tuple(seen))
    endpoint = observed.endpoint
    if endpoint is None:
        return Conclude(text="Endpoint is gone", outcome="failed", reason=f"Endpoint {plan.endpoint_name} is gone")
    if endpoint.status == "Updating" and _due(progress, observed):
        return AskLive(text=f"Ask {plan.endpoint_name} the golden requests")
    if endpoint.status in CHANGING:
        doing = f", {endpoint.activity}" if endpoint.activity else ""
        return Wait(text=f"Endpoint is {endpoint.status}{doing}")
    return _verify(plan, progress, endpoint, observed)


def _due(progress: Progress, observed: Observed) -> bool:
    asked = progress.live_answers
    return asked is None or observed.now - asked.at >= PAUSE_SECONDS


def _verify(plan: ReleasePlan, progress: Progress, endpoint: EndpointState, observed: Observed) -> Action:
    """Compare the live config with the one requested: SageMaker reports a rolled-back update as InService."""
    if endpoint.status == "InService" and endpoint.config_name == plan.config_name:
        return Conclude(text=f"Verified: {plan.config_name} is live", outcome="succeeded", reason="")
    intent = progress.intent
    untouched = intent is not None and endpoint.modified == intent.endpoint_modified
    if intent and untouched and observed.now - intent.at < SETTLE_SECONDS:
        return Wait(text="The update is not visible yet")
    if not progress.tripped and not progress.history_read:
        since = intent.at if intent else observed.now - SETTLE_SECONDS
        return ReadAlarmHistory(text="Look for the alarm that tripped", since=since)
    return Conclude(
        text=f"Not live: {plan.endpoint_name} serves {endpoint.config_name}",
        outcome="rolled_back" if endpoint.status == "InService" else "failed",
        reason=_rollback_reason(plan, progress, endpoint),
    )


def _rollback_reason(plan: ReleasePlan, progress: Progress, endpoint: EndpointState) -> str:
    parts = [f"Alarm {alarm.name} tripped: {alarm.reason}" for alarm in progress.tripped]
    wrong = progress.live_answers.failures if progress.live_answers else ()
    if wrong:
        parts.append(f"Version {plan.version} answered golden requests wrongly: {', '.join(wrong)}")
    if endpoint.failure_reason:
        parts.append(f"SageMaker says: {endpoint.failure_reason}")
    if not parts:
        parts.append("No alarm of this release was seen to trip and SageMaker gives no reason")
    if endpoint.status != "InService":
        parts.append(f"Endpoint {plan.endpoint_name} is {endpoint.status} and needs a person")
    return "; ".join(parts)


def ringing(observed: Observed, names: tuple[str, ...]) -> list[TrippedAlarm]:
    """Return those of the named alarms that are in ALARM."""
    return [
        TrippedAlarm(name=name, reason=observed.alarms[name].reason)
        for name in names
        if name in observed.alarms and observed.alarms[name].state == "ALARM"
    ]
