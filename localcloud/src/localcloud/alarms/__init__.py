"""CloudWatch alarms that are really evaluated, and whose state changes reach topics and rules."""

from localcloud.alarms.evaluator import Evaluator
from localcloud.alarms.states import AlarmStates

__all__ = ["AlarmStates", "Evaluator"]
