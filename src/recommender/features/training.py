"""Training rows: the candidates of each window's buyers, their features, and whether they were bought."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.feature_store.offline import OfflineStore
from recommender.features.engine import Engine
from recommender.features.labels import Bought, bought, relevant_in
from recommender.features.moment import Moment
from recommender.features.settings import FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, FEATURES, State
from recommender.features.windows import Window

FILES = {"general": FEATURES, "discovery": DISCOVERY_FEATURES}
"""`training_<name>.parquet`, one row per candidate: window, customer, position, label, and these features.

general: every purchase counts. Customers who bought nothing are left out: nothing can be ranked wrongly for them.
discovery: only what the customer had never bought before counts, and is a candidate. Customers who bought none of their
candidates are left out: most of them, and they teach no order among these."""


def write_training(
    engine: Engine, windows: Sequence[Window], settings: FeatureSettings, folder: Path, offline: OfflineStore
) -> int:
    """Write the rows of all windows, a block of customers at a time; return how many of `general`.

    The moments themselves go into the offline store.
    """
    writers = {
        name: parquet.ParquetWriter(
            folder / f"training_{name}.parquet", schema(features), compression="zstd", compression_level=1
        )
        for name, features in FILES.items()
    }
    counted = 0
    try:
        for number, window in enumerate(windows):
            for general, discovery in _of_window(engine, number, window, settings, offline):
                writers["general"].write_table(general)
                writers["discovery"].write_table(discovery)
                counted += general.num_rows
    finally:
        for writer in writers.values():
            writer.close()
    return counted


def schema(features: Sequence[str]) -> pa.Schema:
    """Return the columns of a training file."""
    keys = {"window": pa.int16(), "customer": pa.int64(), "position": pa.int32(), "label": pa.int8()}
    return pa.schema(keys | dict.fromkeys(features, pa.float32()))


def _of_window(
    engine: Engine, number: int, window: Window, settings: FeatureSettings, offline: OfflineStore
) -> Iterator[tuple[pa.Table, pa.Table]]:
    everything, new = bought(engine, window), bought(engine, window, new=True)
    moment = Moment(engine, window.cutoff, settings)
    offline.add(moment)
    for states in moment.blocks(everything.buyers()):
        discovery = _rows(states.discovery, number, new, DISCOVERY_FEATURES)
        customer, label = discovery["customer"].to_numpy(), discovery["label"].to_numpy()
        hit = np.isin(customer, customer[label == 1])
        yield _rows(states.general, number, everything, FEATURES), discovery.filter(pa.array(hit))


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
    return pa.table(columns | {name: matrix[:, at] for at, name in enumerate(features)}, schema=schema(features))
