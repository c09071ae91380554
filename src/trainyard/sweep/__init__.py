"""Takes away what releases, pipelines and jobs made in an environment and Pulumi does not own."""

from trainyard.sweep.executions import stop_all
from trainyard.sweep.leftovers import AFTER, BEFORE, Leftover, Owner, find, remove

__all__ = ["AFTER", "BEFORE", "Leftover", "Owner", "find", "remove", "stop_all"]
