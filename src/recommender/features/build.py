"""Build the states at a cutoff, in memory. What is too large for that is written block by block: `saving.py`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import duckdb
import numpy as np
import numpy.typing as npt

from recommender.features.engine import DuckDb
from recommender.features.moment import Moment
from recommender.features.settings import FeatureSettings
from recommender.features.state import State, States


def build_states(
    database: duckdb.DuckDBPyConnection,
    cutoff: datetime,
    settings: FeatureSettings,
    customers: npt.NDArray[np.int64] | None = None,
) -> States:
    """Compute candidates and features from the purchases before a cutoff.

    Args:
        database: holds the tables `purchases` and `products`.
        cutoff: nothing at or after this moment is looked at.
        settings: of retrieval.
        customers: limits the result to these (those without a purchase before the cutoff are left out).
    """
    blocks = list(Moment(DuckDb(database), cutoff, settings).blocks(customers))
    if len(blocks) == 1:
        return blocks[0]
    return States(general=_joined(s.general for s in blocks), discovery=_joined(s.discovery for s in blocks))


def _joined(blocks: Iterable[State]) -> State:
    parts = list(blocks)
    counts = np.concatenate([np.diff(part.offsets) for part in parts])
    per_customer = ("customers", "candidates", "pair_features", "customer_features")
    return replace(
        parts[0],
        offsets=np.append(0, np.cumsum(counts)).astype(np.int64),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in per_customer},
    )
