"""The two-minute warning of a spot instance that is taken away: SIGTERM, kept until a block has ended."""

import signal
import threading
from dataclasses import dataclass, field

EXIT_CODE = 128 + signal.SIGTERM
"""What a process that SIGTERM ended leaves, so that nobody takes an interrupted attempt for a finished one."""


class Interrupted(Exception):
    """Training was asked to end and has kept what it has learned."""


@dataclass(frozen=True)
class Interruption:
    """Whether this process has been asked to end."""

    _asked: threading.Event = field(default_factory=threading.Event)

    @property
    def asked(self) -> bool:
        """Whether SIGTERM has come."""
        return self._asked.is_set()

    def listen(self) -> None:
        """Keep SIGTERM from ending this process; from now on whoever asks has to look."""
        signal.signal(signal.SIGTERM, lambda *_: self._asked.set())
