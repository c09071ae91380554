"""Builds Pulumi programs in process, strictly: the one way that tests declare resources."""

from tests.harness.deployment import Deployment, deploy
from tests.harness.monitor import Registered

__all__ = ["Deployment", "Registered", "deploy"]
