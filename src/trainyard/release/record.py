"""The deployment record: what one release wants, how far it is, and who may write it."""

from dataclasses import dataclass, field, replace
from typing import Literal

from trainyard.release.plan import ReleasePlan
from trainyard.release.scaling import Scaling

Outcome = Literal["succeeded", "failed", "rolled_back"]
Status = Literal["open", "succeeded", "failed", "rolled_back"]

BASELINE = "baseline"
"""The version of the day-0 model, which has no package."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """What serves, or served, on an endpoint."""

    version: str
    model_package_arn: str
    endpoint_config_name: str
    model_name: str
    alarms: tuple[str, ...] = ()
    release_id: str = ""
    """The release that made it live; empty for the day-0 config, which Pulumi owns and a release never deletes."""


@dataclass(frozen=True, kw_only=True)
class LivePointer:
    """The `live` item of a service: what serves now, and what served before it."""

    current: Live
    previous: Live | None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A person's approval of one model version."""

    approved_by: str
    """The name that was given."""
    person: str
    """Who it was to AWS."""
    reason: str
    model_package_arn: str
    at: str = ""
    """When, in ISO 8601."""


@dataclass(frozen=True, kw_only=True)
class TrippedAlarm:
    """An alarm that was in ALARM during the release, with CloudWatch's reason, which holds the datapoints."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SmokeReport:
    """How the golden requests went."""

    requests: int
    latency_p50_ms: float
    failures: tuple[str, ...]
    agreement: float | None
    """Mean share of the champion's products that the new model also names; None where the champion gave no answer."""

    @property
    def passed(self) -> bool:
        """Return whether every check held."""
        return not self.failures


@dataclass(frozen=True, kw_only=True)
class LiveAnswers:
    """What the live endpoint has answered during the update."""

    at: float = 0.0
    """When it was last asked."""
    by_version: dict[str, int] = field(default_factory=dict[str, int])
    """Answers by `model_version`; refusals and errors name none and are counted under an empty text."""
    failures: tuple[str, ...] = ()
    """Of the new version: they undo the release."""
    others: tuple[str, ...] = ()
    """Of the old version, or of nobody in particular."""


@dataclass(frozen=True, kw_only=True)
class UpdateIntent:
    """Written before UpdateEndpoint is sent."""

    at: float
    endpoint_modified: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the release's timeline."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the release has done and learnt; only ever grows."""

    replaces: Live | None = None
    """None until the preflight has passed."""
    retires: Live | None = None
    """What served before that; a success deletes it, as only one step back is kept."""
    reused: bool = False
    """Whether the endpoint config existed before this release, which then never deletes it (a rollback finds it)."""
    smoke: SmokeReport | None = None
    alarms_put_at: float | None = None
    scaling: Scaling | None = None
    """The variant's autoscaling before it was taken off; None where that was not needed."""
    intent: UpdateIntent | None = None
    update_requested: bool = False
    live_answers: LiveAnswers | None = None
    """To golden requests during the update; None before the first."""
    tripped: tuple[TrippedAlarm, ...] = ()
    history_read: bool = False
    outcome: Outcome | None = None
    reason: str = ""
    pointer_set: bool = False
    announced: bool = False
    timeline: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record:
    """One release in the deployments table."""

    plan: ReleasePlan
    status: Status = "open"
    started: str = ""
    finished: str = ""
    progress: Progress = field(default_factory=Progress)
    attempt: int = 0
    """Fencing: grows with each driver that takes over; a write with an older number is refused."""
    lease_owner: str = ""
    lease_until: float = 0.0

    def advanced(self, progress: Progress) -> "Record":
        """Return this record with another progress."""
        return replace(self, progress=progress)

    @property
    def becomes(self) -> Live:
        """Return what will be live when this release has succeeded."""
        return Live(
            version=self.plan.version,
            model_package_arn=self.plan.model_package_arn,
            endpoint_config_name=self.plan.config_name,
            model_name=self.plan.model_name,
            alarms=self.plan.alarm_names,
            release_id=self.plan.release_id,
        )
