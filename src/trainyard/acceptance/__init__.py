"""Acceptance tests of an environment: the golden requests of its model services, sent to what customers would reach."""

from trainyard.acceptance.check import Acceptance, GoldenAnswer, accept

__all__ = ["Acceptance", "GoldenAnswer", "accept"]
