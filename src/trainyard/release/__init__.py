"""Releases: a reconciler that takes an endpoint from what is live to what is wanted, and tells the truth about it.

Reading order: plan, record, observe, action, decide (with preflight, watch, clean_up), perform, driver.
"""

from trainyard.release.clients import Clients
from trainyard.release.decide import next_action
from trainyard.release.driver import Driver
from trainyard.release.plan import ReleasePlan
from trainyard.release.record import Live, LivePointer, Record
from trainyard.release.table import DeploymentTable

__all__ = ["Clients", "DeploymentTable", "Driver", "Live", "LivePointer", "Record", "ReleasePlan", "next_action"]
