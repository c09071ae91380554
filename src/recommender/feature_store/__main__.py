"""`python -m recommender.feature_store`: apply the views, fill the online store, join the past. In Feast's environment.

… --features DIR --project trainyard_dev_recommender --region eu-west-1 publish
… --features DIR --project trainyard_dev_recommender --region eu-west-1 historical ENTITIES.parquet OUT.parquet
"""
# pyright: reportMissingImports=false

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute
import pyarrow.parquet as parquet
from feast import FeatureStore, RepoConfig
from feast.repo_config import RegistryConfig

from recommender.feature_store.layout import CUSTOMER_FILE, CUSTOMER_VIEW
from recommender.feature_store.views import CUSTOMER, PRODUCT, views
from recommender.features.definition import CUSTOMER_FEATURES

pc: Any = pyarrow.compute


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m recommender.feature_store", description=__doc__)
    parser.add_argument("--features", type=Path, required=True, help="what the features step wrote")
    parser.add_argument(
        "--project",
        required=True,
        help="first part of the tables' names, such as trainyard_dev_recommender (no hyphens)",
    )
    parser.add_argument("--region", required=True)
    parser.add_argument("--endpoint-url", help="of a DynamoDB elsewhere than on AWS")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("publish", help="apply the views and materialize the newest customer features")
    joined = commands.add_parser("historical", help="join entities (customer, event_timestamp) with features of then")
    joined.add_argument("entities", type=Path)
    joined.add_argument("output", type=Path)
    options = parser.parse_args()
    store = open_store(options.features.resolve(), options.project, options.region, options.endpoint_url)
    if options.command == "publish":
        publish(store, options.features.resolve())
    else:
        historical(store, options.entities).to_parquet(options.output)


def open_store(folder: Path, project: str, region: str, endpoint_url: str | None) -> FeatureStore:
    """Return the store with its views applied; its registry lies beside the features, whose content decides it."""
    online = {"type": "dynamodb", "region": region, "endpoint_url": endpoint_url, "consistent_reads": False}
    config = RepoConfig(
        project=project,
        provider="local",
        registry=RegistryConfig(path=str(folder / "registry.db")),
        online_store=online,
        offline_store={"type": "file"},
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    store.apply([CUSTOMER, PRODUCT, *views(folder)])
    return store


def publish(store: FeatureStore, folder: Path) -> None:
    """Write each customer's newest features to the online store, and say how many."""
    times = parquet.read_table(folder / CUSTOMER_FILE, columns=["event_timestamp"])["event_timestamp"]
    newest: datetime = pc.max(times).as_py()
    store.materialize(
        start_date=newest - timedelta(days=1), end_date=newest.astimezone(UTC), feature_views=[CUSTOMER_VIEW]
    )
    print(f"published {pc.sum(pc.equal(times, newest)).as_py()} customers of {newest:%Y-%m-%d}")


def historical(store: FeatureStore, entities: Path) -> pd.DataFrame:
    """Return each entity row with the features that were known at its moment."""
    names = [f"{CUSTOMER_VIEW}:{feature}" for feature in CUSTOMER_FEATURES]
    return store.get_historical_features(entity_df=pd.read_parquet(entities), features=names).to_df()


if __name__ == "__main__":
    main()
