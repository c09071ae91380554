"""When a failed step is tried again. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

THROTTLING = "Step.THROTTLING"
SERVICE_FAULT = "Step.SERVICE_FAULT"
_REASONS = {
    "InternalServerError": "SageMaker.JOB_INTERNAL_ERROR",
    "CapacityError": "SageMaker.CAPACITY_ERROR",
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
}


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """For which exceptions, how often, and after which waits (seconds of the cloud's time)."""

    exceptions: tuple[str, ...]
    interval_seconds: float = 1.0
    backoff_rate: float = 2.0
    max_attempts: int | None = None
    expire_after_seconds: float | None = None

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> "RetryPolicy":
        """Read an entry of a step's RetryPolicies."""
        minutes = entry.get("ExpireAfterMin")
        return cls(
            exceptions=tuple(entry.get("ExceptionType", ())),
            interval_seconds=entry.get("IntervalSeconds", 1),
            backoff_rate=entry.get("BackoffRate", 2.0),
            max_attempts=entry.get("MaxAttempts"),
            expire_after_seconds=None if minutes is None else minutes * 60,
        )


# AWS retries these for every step unless the step says otherwise.
_DEFAULT = RetryPolicy(exceptions=(SERVICE_FAULT, THROTTLING), max_attempts=2)


def exception_of_reason(reason: str) -> str | None:
    """Return the exception type behind a job's FailureReason, or None if no policy can name it."""
    return _REASONS.get(reason.partition(":")[0])


def exception_of_call(code: str, status: int) -> str | None:
    """Return the exception type behind an AWS error answer, or None if no policy can name it."""
    if "Throttling" in code:
        return THROTTLING
    if code in _REASONS:
        return _REASONS[code]
    return SERVICE_FAULT if status >= 500 else None


def next_wait(
    policies: Sequence[RetryPolicy], exception: str | None, *, retries: int, elapsed_seconds: float
) -> float | None:
    """Return the seconds to wait before the step is tried again, or None if it has failed for good.

    Args:
        policies: the step's own.
        exception: what happened now.
        retries: how often the step was tried again already.
        elapsed_seconds: since its first start, in the cloud's time.
    """
    if exception is None:
        return None
    policy = next((policy for policy in (*policies, _DEFAULT) if exception in policy.exceptions), None)
    if policy is None or (policy.max_attempts is not None and retries >= policy.max_attempts):
        return None
    wait = policy.interval_seconds * policy.backoff_rate**retries
    if policy.expire_after_seconds is not None and elapsed_seconds + wait > policy.expire_after_seconds:
        return None
    return wait
