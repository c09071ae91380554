"""The offline store: the features of everybody at each cutoff that a run computed, as two Parquet files."""

from datetime import datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.feature_store.layout import CUSTOMER_FILE, PRODUCT_FILE
from recommender.features.definition import CUSTOMER_FEATURES, PRODUCT_FEATURES
from recommender.features.moment import Moment


class OfflineStore:
    """Writes both files; each moment is one or more row groups.

    Args:
        folder: the features step's output.
    """

    def __init__(self, folder: Path) -> None:
        self._customers = _writer(folder / CUSTOMER_FILE, "customer", pa.int64(), CUSTOMER_FEATURES)
        self._products = _writer(folder / PRODUCT_FILE, "product", pa.string(), PRODUCT_FEATURES)

    def add(self, moment: Moment) -> None:
        """Add the features of everybody and everything known at a moment."""
        customers, products = pa.array(moment.customers), pa.array(moment.products.tolist(), pa.string())
        of_customers = _rows(self._customers.schema, moment.cutoff, customers, moment.customer_features)
        self._customers.write_table(of_customers)
        self._products.write_table(_rows(self._products.schema, moment.cutoff, products, moment.product_features))

    def __enter__(self) -> "OfflineStore":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._customers.close()
        self._products.close()


def _writer(path: Path, key: str, kind: pa.DataType, features: tuple[str, ...]) -> parquet.ParquetWriter:
    # Microseconds: Feast's readers fail on nanoseconds.
    columns = {key: kind, "event_timestamp": pa.timestamp("us", tz="UTC")} | dict.fromkeys(features, pa.float32())
    return parquet.ParquetWriter(path, pa.schema(columns), compression="zstd")


def _rows(schema: pa.Schema, at: datetime, keys: pa.Array, features: npt.NDArray[np.float32]) -> pa.Table:
    moment = pa.repeat(pa.scalar(at, pa.timestamp("us")), len(keys)).cast(schema.field("event_timestamp").type)
    columns = [pa.array(features[:, number], from_pandas=True) for number in range(features.shape[1])]
    return pa.Table.from_arrays([keys, moment, *columns], schema=schema)
