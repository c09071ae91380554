"""Time with a throttle: AWS's waits in full by default, or divided by a factor for demos and tests.

Timestamps stay real; only durations (baking waits, alarm periods, retry intervals) are divided by `speed`.
"""

import threading
from datetime import UTC, datetime


def in_milliseconds(moment: datetime) -> str:
    """Return a moment in ISO 8601 to the millisecond, without its zone: AWS's services write that in several ways."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


class Clock:
    """Real timestamps, and durations divided by `speed` (1 is AWS's own pace)."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be positive, got {speed}")
        self.speed = speed

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def real(self, seconds: float) -> float:
        """Return how many real seconds a wait of `seconds` takes here."""
        return seconds / self.speed

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait `seconds` of the cloud's time; return True at once if `stop` is set meanwhile."""
        return stop.wait(self.real(seconds))
