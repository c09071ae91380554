"""Training rows: the candidates of each window's buyers, their features, and whether they were bought."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from recommender.features.build import build_state
from recommender.features.labels import bought_in, relevant_in
from recommender.features.settings import FeatureSettings
from recommender.features.state import FEATURES
from recommender.features.windows import Window


def training_table(
    database: duckdb.DuckDBPyConnection, windows: Sequence[Window], settings: FeatureSettings
) -> pa.Table:
    """Return one row per candidate: window, customer, position, label, and the features.

    Only customers who bought something in a window are in it: nothing can be ranked wrongly for the others.
    """
    return pa.concat_tables([_rows(database, number, window, settings) for number, window in enumerate(windows)])


def _rows(database: duckdb.DuckDBPyConnection, number: int, window: Window, settings: FeatureSettings) -> pa.Table:
    bought = bought_in(database, window)
    state = build_state(database, window.cutoff, settings, bought.buyers())
    owners = np.repeat(np.arange(len(state.customers)), np.diff(state.offsets))
    label = relevant_in(state, bought).holds(owners, state.candidates)
    position = np.arange(len(owners)) - state.offsets[owners]
    matrix = np.asfortranarray(state.matrix())
    columns = {
        "window": np.full(len(owners), number, np.int16),
        "customer": state.customers[owners],
        "position": position.astype(np.int32),
        "label": label.astype(np.int8),
    }
    return pa.table(columns | {name: matrix[:, at] for at, name in enumerate(FEATURES)})
