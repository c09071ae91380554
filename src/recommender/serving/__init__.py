"""Serving: `/ping` and `/invocations`, everything in memory, one process."""
