"""Takes away what releases, pipelines and jobs made in an environment and Pulumi does not own."""

from trainyard.sweep.leftovers import Leftover, find, remove

__all__ = ["Leftover", "find", "remove"]
