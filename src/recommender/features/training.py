"""Training rows: the candidates of each window's buyers, their features, and whether they were bought."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from recommender.features.build import build_states
from recommender.features.labels import Bought, bought_in, relevant_in
from recommender.features.settings import FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, FEATURES, State
from recommender.features.windows import Window


@dataclass(frozen=True, kw_only=True)
class TrainingTables:
    """One row per candidate: window, customer, position, label, and the features."""

    general: pa.Table
    """Every purchase counts. Customers who bought nothing are left out: nothing can be ranked wrongly for them."""

    discovery: pa.Table
    """Only what the customer had never bought before counts, and is a candidate. Customers who bought none of their
    candidates are left out: most of them, and they teach no order among these."""


def training_tables(
    database: duckdb.DuckDBPyConnection, windows: Sequence[Window], settings: FeatureSettings
) -> TrainingTables:
    """Compute the rows of all windows."""
    pairs = [_of_window(database, number, window, settings) for number, window in enumerate(windows)]
    return TrainingTables(
        general=pa.concat_tables([general for general, _ in pairs]),
        discovery=pa.concat_tables([discovery for _, discovery in pairs]),
    )


def _of_window(
    database: duckdb.DuckDBPyConnection, number: int, window: Window, settings: FeatureSettings
) -> tuple[pa.Table, pa.Table]:
    bought, new = bought_in(database, window), bought_in(database, window, new=True)
    states = build_states(database, window.cutoff, settings, bought.buyers())
    discovery = _rows(states.discovery, number, new, DISCOVERY_FEATURES)
    customer, label = discovery["customer"].to_numpy(), discovery["label"].to_numpy()
    hit = np.isin(customer, customer[label == 1])
    return _rows(states.general, number, bought, FEATURES), discovery.filter(pa.array(hit))


def _rows(state: State, number: int, bought: Bought, features: Sequence[str]) -> pa.Table:
    owners = np.repeat(np.arange(len(state.customers)), np.diff(state.offsets))
    label = relevant_in(state.customers, state.products, bought).holds(owners, state.candidates)
    position = np.arange(len(owners)) - state.offsets[owners]
    matrix = np.asfortranarray(state.matrix())
    columns = {
        "window": np.full(len(owners), number, np.int16),
        "customer": state.customers[owners],
        "position": position.astype(np.int32),
        "label": label.astype(np.int8),
    }
    return pa.table(columns | {name: matrix[:, at] for at, name in enumerate(features)})
