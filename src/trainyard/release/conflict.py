"""Two drivers, two releases, or a shadow: what a refused conditional write means to the operator."""

from trainyard.errors import TrainyardError, UsageError

SHADOW_PREFIX = "shadow#"
"""Of the id of a shadow, which holds the same lock as a release."""


class LeaseLost(TrainyardError):
    """Another driver has taken the release over; this one must stop."""

    def __init__(self, release_id: str) -> None:
        super().__init__(
            f"Another driver has taken over {release_id}, so this one stopped",
            cure="Follow it with `trainyard status`",
        )


class LeaseHeld(TrainyardError):
    """Another driver is at work on the release until its lease ends."""

    def __init__(self, release_id: str, owner: str, until: float) -> None:
        super().__init__(f"{release_id} is being driven by {owner}", cure="Follow it with `trainyard status`")
        self.until = until


class ReleaseOpen(UsageError):
    """Another release of the service is open."""

    def __init__(self, service: str, release_id: str) -> None:
        super().__init__(
            f"Another release of {service} is open: {release_id}; nothing was changed",
            cure=f"Wait for it, or continue it with `trainyard release resume {service}`",
        )


class ShadowOpen(UsageError):
    """A shadow of the service runs, or is being started or stopped."""

    def __init__(self, service: str, shadow_id: str) -> None:
        super().__init__(
            f"A shadow of {service} is open: {shadow_id}; nothing was changed",
            cure=f"Look at it with `trainyard shadow report {service}`, end it with `trainyard shadow stop {service}`",
        )


def busy(service: str, holder: str) -> UsageError:
    """Return the error that says who holds the lock of a service."""
    return ShadowOpen(service, holder) if holder.startswith(SHADOW_PREFIX) else ReleaseOpen(service, holder)
