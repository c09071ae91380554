"""EventBridge: the cloud's own events on an account's bus, and rules that deliver to their targets."""

from localcloud.events import delivery
from localcloud.events.bus import EventBridge

__all__ = ["EventBridge", "delivery"]
