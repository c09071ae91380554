"""The actions of a release: each short, each safe to repeat, each with the words that announce it."""

from dataclasses import dataclass
from typing import ClassVar

from trainyard.release.record import Live, Outcome, TrippedAlarm
from trainyard.release.scaling import Body


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do next. `text` is what the operator reads."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Wait(Action):
    """Nothing to do until AWS has moved on."""


@dataclass(frozen=True, kw_only=True)
class Done(Action):
    """The release is closed."""


@dataclass(frozen=True, kw_only=True)
class Change(Action):
    """An action that changes AWS or the record, and is therefore fenced and recorded."""

    quiet: ClassVar[bool] = False
    """Whether it comes too often for the terminal and the timeline."""


@dataclass(frozen=True, kw_only=True)
class PassPreflight(Change):
    """Remember what the release replaces, and what existed before it."""

    replaces: Live
    retires: Live | None
    reused: bool


@dataclass(frozen=True, kw_only=True)
class CreateModel(Change):
    """Create the model."""


@dataclass(frozen=True, kw_only=True)
class CreateConfig(Change):
    """Create the endpoint config."""


@dataclass(frozen=True, kw_only=True)
class CreatePreConfig(Change):
    """Create the endpoint config of the pre-release endpoint."""


@dataclass(frozen=True, kw_only=True)
class CreatePreEndpoint(Change):
    """Create the pre-release endpoint."""


@dataclass(frozen=True, kw_only=True)
class RunSmokeTests(Change):
    """Send the golden requests to the pre-release endpoint."""


@dataclass(frozen=True, kw_only=True)
class DeletePreEndpoint(Change):
    """Delete the pre-release endpoint."""


@dataclass(frozen=True, kw_only=True)
class PutAlarms(Change):
    """Create or overwrite the alarms on the new endpoint config."""


@dataclass(frozen=True, kw_only=True)
class NoteScaling(Change):
    """Remember the variant's autoscaling, so that it can be put back."""


@dataclass(frozen=True, kw_only=True)
class DeregisterScaling(Change):
    """Take the variant off autoscaling."""


@dataclass(frozen=True, kw_only=True)
class RegisterScaling(Change):
    """Put the noted scalable target back."""

    body: Body


@dataclass(frozen=True, kw_only=True)
class RestorePolicy(Change):
    """Put one of the noted scaling policies back."""

    body: Body


@dataclass(frozen=True, kw_only=True)
class RestoreScheduled(Change):
    """Put one of the noted scheduled actions back."""

    body: Body


@dataclass(frozen=True, kw_only=True)
class UpdateEndpoint(Change):
    """Ask SageMaker to move the endpoint to the new config."""

    rollback_alarms: tuple[str, ...]
    retain_count: bool
    endpoint_modified: str
    """The endpoint's last change before the request: tells a lost request from one that was carried out."""


@dataclass(frozen=True, kw_only=True)
class AskLive(Change):
    """Send the golden requests to the live endpoint, and publish what the new version got wrong."""

    quiet: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class NoteTripped(Change):
    """Remember alarms seen in ALARM: they are quiet again once the old fleet serves."""

    alarms: tuple[TrippedAlarm, ...]


@dataclass(frozen=True, kw_only=True)
class ReadAlarmHistory(Change):
    """Look for an alarm that tripped and recovered between two looks."""

    since: float


@dataclass(frozen=True, kw_only=True)
class Conclude(Change):
    """Decide how the release ends; what follows only tidies up."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, kw_only=True)
class DeleteAlarms(Change):
    """Delete alarms of a release."""

    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeleteConfig(Change):
    """Delete an endpoint config that serves nobody."""

    name: str


@dataclass(frozen=True, kw_only=True)
class DeleteModel(Change):
    """Delete a model that no endpoint config names any more."""

    name: str


@dataclass(frozen=True, kw_only=True)
class SetPointer(Change):
    """Make this release the one that `live` points to."""


@dataclass(frozen=True, kw_only=True)
class Announce(Change):
    """Tell the environment's topic how the release ended."""


@dataclass(frozen=True, kw_only=True)
class Close(Change):
    """Close the record, so that another release may start."""

    outcome: Outcome
