"""CloudWatch alarms."""

from collections.abc import Sequence

from localcloud.scope import Scope


class AlarmStates:
    """Reads alarm states from the control plane."""

    def states(self, scope: Scope, names: Sequence[str]) -> dict[str, str]:
        """Return the state of each named alarm."""
        from moto.cloudwatch.models import cloudwatch_backends

        alarms = cloudwatch_backends[scope.account][scope.region].alarms
        return {name: alarms[name].state_value for name in names if name in alarms}
