"""The feature views: Feast's names for what the definition gives. Runs in Feast's own environment only."""
# pyright: reportMissingImports=false

from datetime import timedelta
from pathlib import Path

from feast import Entity, FeatureView, Field, FileSource
from feast.types import Float32
from feast.value_type import ValueType

from recommender.feature_store.layout import CUSTOMER_FILE, CUSTOMER_VIEW, PRODUCT_FILE, PRODUCT_VIEW
from recommender.features.definition import CUSTOMER_FEATURES, PRODUCT_FEATURES

TIME_TO_LIVE = timedelta(days=366)
"""Older features say nothing of today; historical joins find none rather than stale ones."""

CUSTOMER = Entity(name="customer", join_keys=["customer"], value_type=ValueType.INT64)
PRODUCT = Entity(name="product", join_keys=["product"], value_type=ValueType.STRING)


def views(folder: Path) -> list[FeatureView]:
    """Return the views over a features step's output."""
    return [
        _view(CUSTOMER_VIEW, CUSTOMER, CUSTOMER_FEATURES, folder / CUSTOMER_FILE, online=True),
        # Offline only: serving holds its model's products in memory, all of one moment.
        _view(PRODUCT_VIEW, PRODUCT, PRODUCT_FEATURES, folder / PRODUCT_FILE, online=False),
    ]


def _view(name: str, entity: Entity, features: tuple[str, ...], file: Path, *, online: bool) -> FeatureView:
    return FeatureView(
        name=name,
        entities=[entity],
        ttl=TIME_TO_LIVE,
        schema=[Field(name=feature, dtype=Float32) for feature in features],
        source=FileSource(name=f"{name}_source", path=str(file), timestamp_field="event_timestamp"),
        online=online,
    )
