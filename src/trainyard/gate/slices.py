"""Slices as the gate judges them: the small ones pooled, since a handful of customers says nothing."""

import math
from collections.abc import Sequence

from trainyard.gate.evidence import Slice

POOLED = "pooled"


def pool(slices: Sequence[Slice], minimum_customers: int) -> tuple[Slice, ...]:
    """Return the slices of at least `minimum_customers`, and one more of all others, weighted by their customers."""
    large = [one for one in slices if one.customers >= minimum_customers]
    small = [one for one in slices if 0 < one.customers < minimum_customers]
    if not small:
        return tuple(large)
    customers = sum(one.customers for one in small)
    champions = [one.champion * one.customers for one in small if one.champion is not None]
    errors = [one.standard_error * one.customers for one in small if one.standard_error is not None]
    pooled = Slice(
        name=POOLED,
        customers=customers,
        challenger=sum(one.challenger * one.customers for one in small) / customers,
        champion=sum(champions) / customers if len(champions) == len(small) else None,
        standard_error=math.hypot(*errors) / customers if len(errors) == len(small) else None,
    )
    return (*large, pooled)
