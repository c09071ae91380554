"""Orders checked before they are let in, and imported under the hash of their content."""

from trainyard.data.checking import CheckedOrders, check_orders_file
from trainyard.data.importing import ImportedOrders, import_orders

__all__ = ["CheckedOrders", "ImportedOrders", "check_orders_file", "import_orders"]
