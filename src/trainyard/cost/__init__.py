"""What an environment costs a month, as far as its resources say: an estimate, and what it leaves out."""

from trainyard.cost.comparison import Comparison, Row, compare
from trainyard.cost.estimate import Charge, Estimate, estimate
from trainyard.cost.prices import Prices, load

__all__ = ["Charge", "Comparison", "Estimate", "Prices", "Row", "compare", "estimate", "load"]
