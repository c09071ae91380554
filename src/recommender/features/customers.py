"""What each feature of a customer means."""

from datetime import datetime
from typing import Any

from ibis.expr.types import Table

from recommender.features.known import faded, known, orders_of

RECENT_HALF_LIFE_DAYS = 60


def customers(purchases: Table, cutoff: datetime) -> Table:
    """Return one row per customer known at a cutoff: `customer` and CUSTOMER_FEATURES."""
    lines: Any = known(purchases, cutoff)
    orders: Any = orders_of(lines)
    in_lines = lines.group_by("customer").agg(
        customer_products=lines.product.nunique(),
        customer_mean_price=lines.price.mean(),
        customer_quantity=lines.quantity.median().cast("float64"),
    )
    in_orders = orders.group_by("customer").agg(
        customer_orders=orders.count(),
        customer_days_since_order=orders.age.min(),
        customer_days_known=orders.age.max(),
        customer_recent_orders=faded(orders.age, RECENT_HALF_LIFE_DAYS).sum(),
        customer_lines_per_order=orders.lines.mean(),
        lines=orders.lines.sum(),
    )
    both: Any = in_orders.join(in_lines, "customer")
    return both.select(
        "customer",
        "customer_orders",
        "customer_days_since_order",
        "customer_days_known",
        customer_days_between_orders=(both.customer_days_known - both.customer_days_since_order)
        / (both.customer_orders - 1).nullif(0),
        customer_recent_orders=both.customer_recent_orders,
        customer_lines_per_order=both.customer_lines_per_order,
        customer_products=both.customer_products,
        customer_repeat_share=1 - both.customer_products / both.lines,
        customer_mean_price=both.customer_mean_price,
        customer_quantity=both.customer_quantity,
    )
