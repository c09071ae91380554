"""Carry out one action against AWS and say what the release has learnt from it.

Each is safe to repeat: a create finds what an earlier try made, a delete finds it gone.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import singledispatch

from trainyard.release import request
from trainyard.release.action import (
    Action,
    Announce,
    AskLive,
    Change,
    Conclude,
    CreateConfig,
    CreateModel,
    CreatePreConfig,
    CreatePreEndpoint,
    DeleteAlarms,
    DeleteConfig,
    DeleteModel,
    DeletePreEndpoint,
    DeregisterScaling,
    NoteScaling,
    NoteTripped,
    PassPreflight,
    PutAlarms,
    ReadAlarmHistory,
    RegisterScaling,
    RestorePolicy,
    RestoreScheduled,
    RunSmokeTests,
    SetPointer,
    UpdateEndpoint,
)
from trainyard.release.calls import create, delete
from trainyard.release.clients import Clients
from trainyard.release.history import tripped_since
from trainyard.release.live_answers import ask_live, publish, together
from trainyard.release.plan import ReleasePlan
from trainyard.release.record import BASELINE, Event, Progress, UpdateIntent
from trainyard.release.scaling import note_scaling, variant
from trainyard.release.smoke import run_smoke_tests


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What an action works with and starts from."""

    plan: ReleasePlan
    progress: Progress
    clients: Clients
    now: float


def intend(action: Change, progress: Progress, now: float) -> Progress:
    """Return the progress to record before the action: an update that may be rolled back must leave a trace."""
    if isinstance(action, UpdateEndpoint):
        return replace(progress, intent=UpdateIntent(at=now, endpoint_modified=action.endpoint_modified))
    return progress


def perform(action: Change, stage: Stage) -> Progress:
    """Carry out `action` and return the progress after it, with a line in the timeline.

    Raises:
        ClientError: AWS refused; `faults.transient` says whether to try again.
    """
    progress = _perform(action, stage)
    if action.quiet:
        return progress
    return replace(progress, timeline=(*progress.timeline, Event(at=stage.now, text=action.text)))


@singledispatch
def _perform(action: Action, stage: Stage) -> Progress:
    raise TypeError(f"no one knows how to perform {type(action).__name__}")


@_perform.register
def _(action: PassPreflight, stage: Stage) -> Progress:
    return replace(stage.progress, replaces=action.replaces, retires=action.retires, reused=action.reused)


@_perform.register
def _(action: CreateModel, stage: Stage) -> Progress:
    create(stage.clients.sagemaker.create_model, request.model(stage.plan))
    return stage.progress


@_perform.register
def _(action: CreateConfig, stage: Stage) -> Progress:
    create(stage.clients.sagemaker.create_endpoint_config, request.config(stage.plan))
    return stage.progress


@_perform.register
def _(action: CreatePreConfig, stage: Stage) -> Progress:
    create(stage.clients.sagemaker.create_endpoint_config, request.pre_config(stage.plan))
    return stage.progress


@_perform.register
def _(action: CreatePreEndpoint, stage: Stage) -> Progress:
    create(stage.clients.sagemaker.create_endpoint, request.pre_endpoint(stage.plan))
    return stage.progress


@_perform.register
def _(action: RunSmokeTests, stage: Stage) -> Progress:
    plan, replaces = stage.plan, stage.progress.replaces
    # A rollback is meant to differ, and the model of the first day is a list that nobody trained.
    compared = plan.kind != "rollback" and replaces is not None and replaces.version != BASELINE
    report = run_smoke_tests(
        stage.clients.runtime,
        endpoint=plan.pre_name,
        champion=plan.endpoint_name,
        suite=plan.golden,
        version=plan.version,
        latency_limit_ms=plan.thresholds.latency_p99_ms,
        data_hash=plan.container.data_hash,
        compared=compared,
    )
    return replace(stage.progress, smoke=report)


@_perform.register
def _(action: DeletePreEndpoint, stage: Stage) -> Progress:
    delete(stage.clients.sagemaker.delete_endpoint, EndpointName=stage.plan.pre_name)
    return stage.progress


@_perform.register
def _(action: PutAlarms, stage: Stage) -> Progress:
    for alarm in request.alarms(stage.plan):
        stage.clients.cloudwatch.put_metric_alarm(**alarm)
    return replace(stage.progress, alarms_put_at=stage.now)


@_perform.register
def _(action: NoteScaling, stage: Stage) -> Progress:
    return replace(stage.progress, scaling=note_scaling(stage.clients.autoscaling, _variant(stage.plan)))


@_perform.register
def _(action: DeregisterScaling, stage: Stage) -> Progress:
    stage.clients.autoscaling.deregister_scalable_target(**_variant(stage.plan))
    return stage.progress


@_perform.register
def _(action: RegisterScaling, stage: Stage) -> Progress:
    stage.clients.autoscaling.register_scalable_target(**action.body)
    return stage.progress


@_perform.register
def _(action: RestorePolicy, stage: Stage) -> Progress:
    stage.clients.autoscaling.put_scaling_policy(**action.body)
    return stage.progress


@_perform.register
def _(action: RestoreScheduled, stage: Stage) -> Progress:
    stage.clients.autoscaling.put_scheduled_action(**action.body)
    return stage.progress


@_perform.register
def _(action: UpdateEndpoint, stage: Stage) -> Progress:
    body = request.update(stage.plan, action.rollback_alarms, retain_count=action.retain_count)
    stage.clients.sagemaker.update_endpoint(**body)
    return replace(stage.progress, update_requested=True)


@_perform.register
def _(action: AskLive, stage: Stage) -> Progress:
    plan = stage.plan
    round_ = ask_live(stage.clients.runtime, plan.endpoint_name, plan.golden, plan.version, stage.now)
    round_ = publish(stage.clients.cloudwatch, plan.config_name, round_, plan.version)
    return replace(stage.progress, live_answers=together(stage.progress.live_answers, round_))


@_perform.register
def _(action: NoteTripped, stage: Stage) -> Progress:
    return replace(stage.progress, tripped=(*stage.progress.tripped, *action.alarms))


@_perform.register
def _(action: ReadAlarmHistory, stage: Stage) -> Progress:
    names = (*stage.plan.alarm_names, *stage.plan.endpoint_alarms)
    found = tripped_since(stage.clients.cloudwatch, names, action.since)
    return replace(stage.progress, tripped=(*stage.progress.tripped, *found), history_read=True)


@_perform.register
def _(action: Conclude, stage: Stage) -> Progress:
    return replace(stage.progress, outcome=action.outcome, reason=action.reason)


@_perform.register
def _(action: DeleteAlarms, stage: Stage) -> Progress:
    delete(stage.clients.cloudwatch.delete_alarms, AlarmNames=list(action.names))
    return stage.progress


@_perform.register
def _(action: DeleteConfig, stage: Stage) -> Progress:
    delete(stage.clients.sagemaker.delete_endpoint_config, EndpointConfigName=action.name)
    return stage.progress


@_perform.register
def _(action: DeleteModel, stage: Stage) -> Progress:
    delete(stage.clients.sagemaker.delete_model, ModelName=action.name)
    return stage.progress


@_perform.register
def _(action: SetPointer, stage: Stage) -> Progress:
    return replace(stage.progress, pointer_set=True)  # the table writes pointer and progress in one transaction


@_perform.register
def _(action: Announce, stage: Stage) -> Progress:
    plan, progress = stage.plan, stage.progress
    message = {
        "environment": plan.environment,
        "service": plan.service,
        "release": plan.release_id,
        "kind": plan.kind,
        "version": plan.version,
        "outcome": progress.outcome,
        "reason": progress.reason,
        "started_by": plan.started_by,
        "at": datetime.fromtimestamp(stage.now, UTC).isoformat(timespec="seconds"),
    }
    stage.clients.sns.publish(
        TopicArn=plan.topic_arn,
        Subject=f"{plan.environment}: {plan.title}: {progress.outcome}"[:100],
        Message=json.dumps(message),
    )
    return replace(progress, announced=True)


def _variant(plan: ReleasePlan) -> dict[str, str]:
    return variant(plan.endpoint_name, plan.variant_name)
