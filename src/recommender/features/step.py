"""The features step: purchases, labelled training windows, and the state that will be served."""

import argparse
import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from recommender.container import Container, write_json
from recommender.errors import EngineMissing
from recommender.feature_store.offline import OfflineStore
from recommender.features.engine import DuckDb, Engine
from recommender.features.leaks import check_leaks
from recommender.features.moment import Moment
from recommender.features.saving import save_states
from recommender.features.settings import FeatureSettings
from recommender.features.training import write_training
from recommender.features.windows import Window, holdout_window, training_windows
from recommender.purchases import connect, extract

HISTORY_DAYS = 60
"""A window needs this much behind it: shorter habits cannot be told from chance."""


def compute_features(container: Container, arguments: Sequence[str]) -> None:
    """Read snapshot/ and write features/.

    That is purchases, products, training rows, the states to serve, the feature store's files, features.json.
    """
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
    with open_engine(options.engine) as engine:
        extract(engine, snapshot_folder / "orders.parquet")
        for table in ("purchases", "products"):
            engine.write(engine.table(table), output / f"{table}.parquet")
        served_at = end_of_known(engine)
        check_leaks(engine, windows[-1].cutoff, settings)
        with OfflineStore(output) as offline:
            counted = write_training(engine, windows, settings, output, offline)
            served = Moment(engine, served_at, settings)
            offline.add(served)
        save_states(served.blocks(), output / "serving")
    write_json(output / "features.json", describe(snapshot, holdout, windows, served_at, settings, counted))
    print(f"computed {counted} training rows from {len(windows)} windows before {holdout.cutoff:%Y-%m-%d}")


@contextmanager
def open_engine(name: str) -> Generator[Engine]:
    """Open DuckDB in this process, or Spark; both are closed at the end."""
    if name == "duckdb":
        with connect() as database:
            yield DuckDb(database)
    else:
        try:
            from recommender.features.spark import Spark, open_session
        except ImportError as error:
            raise EngineMissing(
                f"{error.name} is not in this image: turn the dial features.engine back to duckdb, or run in an image "
                "that has the extra `spark` and Java 17 (`trainyard pipeline run --image`; docs/features.md)"
            ) from error
        session = open_session()
        try:
            yield Spark(session)
        finally:
            session.stop()


def parse_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the step's arguments; each setting of retrieval is one, named alike."""
    parser = argparse.ArgumentParser(prog="recommender features")
    cutoff_help = "first day of the holdout (default: of the last full month)"
    parser.add_argument("--cutoff", type=datetime.fromisoformat, help=cutoff_help)
    parser.add_argument("--holdout-days", type=int, help="length of the holdout (default: a month)")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="what computes them")
    parser.add_argument("--windows", type=int, default=4, help="training windows")
    parser.add_argument("--step-days", type=int, default=14, help="days between training windows")
    for field in fields(FeatureSettings):
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(field.default), default=field.default, help="of retrieval")
    return parser.parse_args(arguments)


def end_of_known(engine: Engine) -> datetime:
    """Return the midnight after the last purchase: what is served knows everything."""
    purchases = engine.table("purchases")
    last: datetime = engine.fetch(purchases.agg(last=purchases.time.max()))["last"][0].as_py()
    return datetime(last.year, last.month, last.day) + timedelta(days=1)


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
