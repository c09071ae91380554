"""Takes an environment down in order, keeps what is protected, and says what is left."""

from trainyard.teardown.environment import Teardown, destroy
from trainyard.teardown.estate import Estate, Item
from trainyard.teardown.survey import Survey

__all__ = ["Estate", "Item", "Survey", "Teardown", "destroy"]
