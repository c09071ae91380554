"""What each feature of a customer and a candidate product means, from what the customer bought of it before."""

from datetime import datetime
from typing import Any

from ibis.expr.types import Table

from recommender.features.known import faded, known, orders_of
from recommender.features.settings import FeatureSettings


def owned(purchases: Table, cutoff: datetime, settings: FeatureSettings) -> Table:
    """Return one row per customer and product bought before a cutoff: how often, how long ago, and faded."""
    lines: Any = known(purchases, cutoff)
    orders = orders_of(lines).select("customer", "invoice", "position")
    line: Any = lines.join(orders, ["customer", "invoice"])
    return line.group_by("customer", "product").agg(
        times=line.count(),
        days_since=line.age.min(),
        days_known=line.age.max(),
        orders_since=line.position.min(),
        quantity=line.quantity.cast("float64").sum().cast("int64"),
        faded_30=faded(line.age, 30).sum(),
        faded_60=faded(line.age, 60).sum(),
        faded_90=faded(line.age, 90).sum(),
        faded_730=faded(line.age, 730).sum(),
        similar_weight=faded(line.age, settings.similar_half_life_days).sum(),
        profile_weight=faded(line.age, settings.profile_half_life_days).sum(),
    )


def pairs(candidates: Table, owned: Table, customers: Table, products: Table) -> Table:
    """Return one row per candidate: `customer`, `product` and PAIR_FEATURES.

    Args:
        candidates: `customer`, `product`, `position` and `similarity`, from retrieval.
        owned: of the same customers.
        customers: their features.
        products: of the candidates, their features.
    """
    customer = customers.select("customer", "customer_orders", "customer_recent_orders", "customer_mean_price")
    pair: Any = candidates.join(customer, "customer").join(products.select("product", "product_price"), "product")
    own = owned.rename(own_customer="customer", own_product="product")
    pair = pair.left_join(own, [pair.customer == own.own_customer, pair["product"] == own.own_product])
    habit = (pair.days_known - pair.days_since) / (pair.times - 1).nullif(0)
    spread = (pair.days_known - pair.days_since).nullif(0)
    return pair.select(
        "customer",
        "product",
        pair_position=pair.position,
        pair_similarity=pair.similarity,
        pair_times=pair.times.fill_null(0),
        pair_share_of_orders=pair.times.fill_null(0) / pair.customer_orders,
        pair_days_since=pair.days_since,
        pair_days_known=pair.days_known,
        pair_orders_since=pair.orders_since,
        pair_decayed_30=pair.faded_30.fill_null(0.0),
        pair_decayed_90=pair.faded_90.fill_null(0.0),
        pair_decayed_730=pair.faded_730.fill_null(0.0),
        pair_expected=pair.times / pair.customer_orders * pair.customer_recent_orders,
        pair_days_between=habit,
        pair_overdue=pair.days_since * (pair.times - 1) / spread,
        pair_quantity=pair.quantity / pair.times,
        pair_price_ratio=pair.product_price / pair.customer_mean_price,
    )
