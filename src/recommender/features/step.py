"""The features step: purchases, labelled training windows, and the state that will be served."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import duckdb
import pyarrow.parquet as parquet

from recommender.container import Container, write_json
from recommender.features.build import build_states
from recommender.features.settings import FeatureSettings
from recommender.features.training import training_tables
from recommender.features.windows import Window, holdout_window, training_windows
from recommender.purchases import connect, extract_purchases

HISTORY_DAYS = 60
"""A window needs this much behind it: shorter habits cannot be told from chance."""


def compute_features(container: Container, arguments: Sequence[str]) -> None:
    """Read snapshot/ and write features/: purchases, products, training rows, the states to serve, features.json."""
    options = parse_options(arguments)
    snapshot_folder = container.processing_input("snapshot")
    snapshot = json.loads((snapshot_folder / "snapshot.json").read_text())
    output = container.processing_output("features")
    first, last = (datetime.fromisoformat(snapshot[name]) for name in ("first_order", "last_order"))
    holdout = holdout_window(last, cutoff=options.cutoff, holdout_days=options.holdout_days)
    windows = training_windows(
        first, holdout, count=options.windows, step_days=options.step_days, history_days=HISTORY_DAYS
    )
    settings = FeatureSettings(**{field.name: getattr(options, field.name) for field in fields(FeatureSettings)})
    with connect() as database:
        extract_purchases(database, snapshot_folder / "orders.parquet")
        for table in ("purchases", "products"):
            parquet.write_table(database.table(table).to_arrow_table(), output / f"{table}.parquet", compression="zstd")
        served_at = end_of_known(database)
        tables = training_tables(database, windows, settings)
        for name, rows in vars(tables).items():
            parquet.write_table(rows, output / f"training_{name}.parquet", compression="zstd", compression_level=1)
        build_states(database, served_at, settings).save(output / "serving")
    counted = tables.general.num_rows
    write_json(output / "features.json", describe(snapshot, holdout, windows, served_at, settings, counted))
    print(f"computed {counted} training rows from {len(windows)} windows before {holdout.cutoff:%Y-%m-%d}")


def parse_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the step's arguments; each setting of retrieval is one, named alike."""
    parser = argparse.ArgumentParser(prog="recommender features")
    cutoff_help = "first day of the holdout (default: of the last full month)"
    parser.add_argument("--cutoff", type=datetime.fromisoformat, help=cutoff_help)
    parser.add_argument("--holdout-days", type=int, help="length of the holdout (default: a month)")
    parser.add_argument("--windows", type=int, default=4, help="training windows")
    parser.add_argument("--step-days", type=int, default=14, help="days between training windows")
    for field in fields(FeatureSettings):
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(field.default), default=field.default, help="of retrieval")
    return parser.parse_args(arguments)


def end_of_known(database: duckdb.DuckDBPyConnection) -> datetime:
    """Return the midnight after the last purchase: what is served knows everything."""
    row = database.execute("SELECT (max(time)::DATE + 1)::TIMESTAMP FROM purchases").fetchone()
    assert row is not None
    return row[0]


def describe(
    snapshot: dict[str, Any],
    holdout: Window,
    windows: Sequence[Window],
    served_at: datetime,
    settings: FeatureSettings,
    rows: int,
) -> dict[str, Any]:
    """Return features.json."""
    return {
        "data_hash": snapshot["data_hash"],
        "cutoff": holdout.cutoff.isoformat(),
        "window_end": holdout.end.isoformat(),
        "windows": [{"cutoff": w.cutoff.isoformat(), "end": w.end.isoformat()} for w in windows],
        "served_at": served_at.isoformat(),
        "settings": settings.document(),
        "training_rows": rows,
    }
