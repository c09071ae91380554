"""Promotion: a model version that has proved itself in one environment becomes a pending version of the next."""

from trainyard.promotion.promote import Promoted, promote
from trainyard.promotion.side import Side, open_side

__all__ = ["Promoted", "Side", "open_side", "promote"]
