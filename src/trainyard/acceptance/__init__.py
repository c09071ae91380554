"""Acceptance tests of an environment: the golden requests of its model services, sent to what customers would reach."""

from trainyard.acceptance.check import Acceptance, GoldenAnswer, accept
from trainyard.acceptance.record import AcceptanceRecord

__all__ = ["Acceptance", "AcceptanceRecord", "GoldenAnswer", "accept"]
