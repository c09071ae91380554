"""What each feature of a product means. Shares are pulled towards a mean by what is added above and below."""

from datetime import datetime
from typing import Any

import ibis
from ibis.expr.types import Table

from recommender.features.known import known


def products(purchases: Table, cutoff: datetime) -> Table:
    """Return one row per product known at a cutoff: `product` and PRODUCT_FEATURES."""
    lines: Any = known(purchases, cutoff)
    buyers = _by_buyer(lines)
    bought = buyers.group_by("product").agg(**_of_buyers(buyers))
    latest = ibis.struct({"age": lines.age, "invoice": lines.invoice, "customer": lines.customer})
    sold = lines.group_by("product").agg(
        product_price=lines.price.argmin(latest), product_quantity=lines.quantity.median().cast("float64")
    )
    return bought.join(sold, "product")


def _by_buyer(lines: Any) -> Any:
    age = lines.age
    return lines.group_by("product", "customer").agg(
        since=age.min(),
        first=age.max(),
        orders=lines.count(),
        last_week=(age < 7).any(),
        week_before=((age >= 7) & (age < 14)).any(),
        last_month=(age < 30).any(),
        month_before=((age >= 30) & (age < 60)).any(),
        year_ago=((age >= 335) & (age < 365)).any(),
    )


def _of_buyers(buyer: Any) -> dict[str, Any]:
    def of(those: Any) -> Any:
        return buyer.count(where=those)

    return {
        "product_buyers_3": of(buyer.since < 3),
        "product_buyers_7": of(buyer.since < 7),
        "product_buyers_14": of(buyer.since < 14),
        "product_buyers_30": of(buyer.since < 30),
        "product_buyers_90": of(buyer.since < 90),
        "product_buyers": buyer.count(),
        "product_buyers_year_ago": of(buyer.year_ago),
        "product_trend": (of(buyer.last_month) + 1) / (of(buyer.month_before) + 1),
        "product_week_trend": (of(buyer.last_week) + 1) / (of(buyer.week_before) + 1),
        "product_first_buyers_7": of(buyer["first"] < 7),
        "product_first_buyers_14": of(buyer["first"] < 14),
        "product_first_buyers_30": of(buyer["first"] < 30),
        "product_first_buyers_60": of(buyer["first"] < 60),
        "product_first_share": (of(buyer["first"] < 30) + 1) / (of(buyer.last_month) + 2),
        "product_days_since_sale": buyer.since.min(),
        "product_days_known": buyer["first"].max(),
        "product_repeat_share": (of(buyer.orders > 1) + 1) / (buyer.count() + 5),
        "product_month_repeat": (of(buyer.month_before & buyer.last_month) + 1) / (of(buyer.month_before) + 8),
    }
