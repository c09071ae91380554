"""Says what this machine has of what Trainyard needs, what is missing, and the cure."""

from trainyard.doctor.check import Check, Finding, examine

__all__ = ["Check", "Finding", "examine"]
