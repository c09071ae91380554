"""Leaks: a feature that looks past its cutoff makes training look good and production fail.

Proof rather than review: the features at a cutoff are computed twice, with all purchases and with those from the cutoff
on removed. What differs has looked. Each run checks itself so, on a sample of customers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from recommender.errors import LeakingFeature
from recommender.features.engine import Engine, column
from recommender.features.moment import DEFINITION, Definition
from recommender.features.settings import FeatureSettings

SAMPLE = 500
"""Customers looked at: a feature that leaks does so for nearly all of them."""

TOLERANCE = 1e-9
"""Relative: sums may be added in another order."""


@dataclass(frozen=True, kw_only=True)
class _Family:
    keys: tuple[str, ...]
    features: Callable[[Table], Table]


def check_leaks(
    engine: Engine, cutoff: datetime, settings: FeatureSettings, definition: Definition = DEFINITION
) -> None:
    """Compare the features of a sample at a cutoff with and without what came later.

    Args:
        engine: holds the table `purchases`, with purchases from the cutoff on.
        cutoff: best one with much after it: without later purchases nothing can leak.
        settings: of retrieval.
        definition: the expressions to judge.

    Raises:
        LeakingFeature: a feature differs; the text names it, whose it is, and both values.
    """
    purchases: Any = engine.table("purchases")
    sample = purchases.filter(purchases.customer % _step(engine, purchases) == 0)
    hidden = sample.filter(sample.time < ibis.timestamp(cutoff))
    families = (
        _Family(keys=("customer",), features=lambda rows: definition.customers(rows, cutoff)),
        _Family(keys=("product",), features=lambda rows: definition.products(rows, cutoff)),
        _Family(keys=("customer", "product"), features=lambda rows: definition.owned(rows, cutoff, settings)),
    )
    for family in families:
        seen, alone = (engine.fetch(family.features(rows).order_by(family.keys)) for rows in (sample, hidden))
        _compare(seen, alone, family.keys, cutoff)


def _step(engine: Engine, purchases: Table) -> int:
    counted = engine.fetch(purchases.agg(customers=purchases.customer.nunique()))
    return max(1, int(column(counted, "customers")[0]) // SAMPLE)


def _compare(seen: pa.Table, alone: pa.Table, keys: tuple[str, ...], cutoff: datetime) -> None:
    if not seen.select(keys).equals(alone.select(keys)):
        more = f"{seen.num_rows} rows by {' and '.join(keys)}, and {alone.num_rows}"
        raise LeakingFeature(
            f"the features at the cutoff {cutoff:%Y-%m-%d} have {more} when purchases from the cutoff on are removed: "
            f"an expression looks past the cutoff. Let it start from `known(purchases, cutoff)`."
        )
    for name in (name for name in seen.column_names if name not in keys):
        values = tuple(np.asarray(column(rows, name), np.float64) for rows in (seen, alone))
        differ = np.flatnonzero(~np.isclose(*values, rtol=TOLERANCE, atol=0, equal_nan=True))
        if len(differ):
            at = int(differ[0])
            whose = " and ".join(f"{key} {seen[key][at].as_py()}" for key in keys)
            raise LeakingFeature(
                f"the feature {name} of {whose} at the cutoff {cutoff:%Y-%m-%d} is {values[0][at]:g}, and "
                f"{values[1][at]:g} when purchases from the cutoff on are removed (so for {len(differ)} of "
                f"{seen.num_rows}): it looks past the cutoff. Let its expression start from `known(purchases, cutoff)`."
            )
