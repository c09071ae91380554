"""The states of alarms, for deployments that watch them."""

import threading
from collections.abc import Sequence

from moto.cloudwatch.models import cloudwatch_backends

from localcloud.scope import Scope


class AlarmStates:
    """Reads states where moto keeps them; `lock` is the control plane's."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock

    def states(self, scope: Scope, names: Sequence[str]) -> dict[str, str]:
        """Return the state (`OK`, `ALARM`, `INSUFFICIENT_DATA`) of each named alarm; an unknown name is absent."""
        with self._lock:
            alarms = cloudwatch_backends[scope.account][scope.region].alarms
            return {name: alarms[name].state_value for name in names if name in alarms}
