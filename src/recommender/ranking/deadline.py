"""A limit on joining other hosts and on leaving them: no exception brings a thread back from those calls of XGBoost."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Deadline:
    """Times the way into a block and the way out of it, and not what is done inside."""

    entering_seconds: float
    leaving_seconds: float
    expired: Callable[[], None]
    """Called once, on another thread, when one of the two takes longer."""
    _timer: threading.Timer | None = field(default=None, init=False)

    @contextmanager
    def around(self) -> Generator[None]:
        """Go around all that is entered and left."""
        self._begin(self.entering_seconds)
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def inside(self) -> Generator[None]:
        """Go around what is done once all is entered."""
        self._end()
        try:
            yield
        finally:
            self._begin(self.leaving_seconds)

    def _begin(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self.expired)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
