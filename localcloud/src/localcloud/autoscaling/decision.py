"""How many instances a variant should have: a pure decision over metric values, policies, and what happened last.

Source: Application Auto Scaling user guide, "How target tracking scaling for Application Auto Scaling works" and
"Define cooldown periods".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_DIGITS = 6
"""Sums of thirds are not whole: what differs later than this does not make another instance."""


@dataclass(frozen=True)
class Signal:
    """One alarm of a policy: whether it is on, and the latest value of its metric (None without data)."""

    alarm: str
    on: bool
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """A target tracking policy as it stands; cooldowns in real seconds."""

    name: str
    target: float
    out_cooldown: float
    in_cooldown: float
    scales_in: bool
    high: Signal
    low: Signal


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The capacity a target may have; `enforced` once they were set and the count was not yet compared with them."""

    minimum: int
    maximum: int
    enforced: bool = False
    out_suspended: bool = False
    in_suspended: bool = False


@dataclass(frozen=True, kw_only=True)
class Past:
    """When policies last scaled out (and from which count) and in; None where they have not."""

    out_at: datetime | None = None
    out_from: int = 0
    in_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A count to go to, why (in AWS's words), and whether a policy asks for it."""

    count: int
    cause: str
    by_policy: bool


def decide(count: int, bounds: Bounds, policies: Sequence[Tracking], past: Past, now: datetime) -> Wanted | None:
    """Return the count to go to from `count`, or None to stay.

    Bounds come first, when they were set anew; then the policy that asks for most; in goes only what all policies
    that scale in agree to.
    """
    if bounds.enforced and count < bounds.minimum:
        return Wanted(count=bounds.minimum, cause=f"minimum capacity was set to {bounds.minimum}", by_policy=False)
    if bounds.enforced and count > bounds.maximum:
        return Wanted(count=bounds.maximum, cause=f"maximum capacity was set to {bounds.maximum}", by_policy=False)
    if any(policy.high.on for policy in policies):
        return None if bounds.out_suspended else _out(count, bounds, policies, past, now)
    return None if bounds.in_suspended else _in(count, bounds, policies, past, now)


def _out(count: int, bounds: Bounds, policies: Sequence[Tracking], past: Past, now: datetime) -> Wanted | None:
    wanted = count
    reason: Tracking | None = None
    for policy in policies:
        if not policy.high.on or policy.high.value is None:
            continue
        # During the cooldown, what the last scale-out added counts as part of the next one.
        waits = _within(past.out_at, policy.out_cooldown, now)
        asked = _proportional(past.out_from if waits else count, policy.high.value, policy.target)
        if min(asked, bounds.maximum) > wanted:
            wanted, reason = min(asked, bounds.maximum), policy
    return reason and _by_alarm(wanted, reason.high.alarm, reason.name)


def _in(count: int, bounds: Bounds, policies: Sequence[Tracking], past: Past, now: datetime) -> Wanted | None:
    judged = [policy for policy in policies if policy.scales_in]
    if not judged or not all(policy.low.on and policy.low.value is not None for policy in judged):
        return None
    asked = {policy.name: _proportional(count, policy.low.value or 0.0, policy.target) for policy in judged}
    reason = max(judged, key=lambda policy: asked[policy.name])
    wanted = max(asked[reason.name], bounds.minimum)
    if wanted >= count or _within(past.in_at, reason.in_cooldown, now):
        return None
    return _by_alarm(wanted, reason.low.alarm, reason.name)


def _proportional(count: int, value: float, target: float) -> int:
    return math.ceil(round(count * value / target, _DIGITS))


def _within(since: datetime | None, seconds: float, now: datetime) -> bool:
    return since is not None and now < since + timedelta(seconds=seconds)


def _by_alarm(count: int, alarm: str, policy: str) -> Wanted:
    return Wanted(count=count, cause=f"monitor alarm {alarm} in state ALARM triggered policy {policy}", by_policy=True)
