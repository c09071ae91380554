"""The names of the features, in the order of a ranker's columns.

What each means is an expression over what is known: `customers.py`, `products.py`, `pairs.py`. Missing
values stay missing: XGBoost learns where they go.
"""

SCHEMA = 2
"""Version of the feature definition: a model of another version cannot be fed by this code."""

PAIR_FEATURES = (
    "pair_position",
    "pair_similarity",
    "pair_times",
    "pair_share_of_orders",
    "pair_days_since",
    "pair_days_known",
    "pair_orders_since",
    "pair_decayed_30",
    "pair_decayed_90",
    "pair_decayed_730",
    "pair_expected",
    "pair_days_between",
    "pair_overdue",
    "pair_quantity",
    "pair_price_ratio",
)

DISCOVERY_PAIR_FEATURES = (
    "pair_position",
    "pair_similarity",
    "pair_similarity_total",
    "pair_similarity_by_habit",
    "pair_similarity_by_month",
    "pair_similarity_to_last_order",
    "pair_similarity_by_words",
    "pair_neighbours_by_code",
    "pair_price_ratio",
    "pair_quantity_ratio",
)
"""Of a customer and a product that the customer never bought."""

CUSTOMER_FEATURES = (
    "customer_orders",
    "customer_days_since_order",
    "customer_days_known",
    "customer_days_between_orders",
    "customer_recent_orders",
    "customer_lines_per_order",
    "customer_products",
    "customer_repeat_share",
    "customer_mean_price",
    "customer_quantity",
)

PRODUCT_FEATURES = (
    "product_buyers_3",
    "product_buyers_7",
    "product_buyers_14",
    "product_buyers_30",
    "product_buyers_90",
    "product_buyers",
    "product_buyers_year_ago",
    "product_trend",
    "product_week_trend",
    "product_first_buyers_7",
    "product_first_buyers_14",
    "product_first_buyers_30",
    "product_first_buyers_60",
    "product_first_share",
    "product_days_since_sale",
    "product_days_known",
    "product_repeat_share",
    "product_month_repeat",
    "product_price",
    "product_quantity",
)

DISCOVERY_ONLY = (
    "customer_quantity",
    "product_buyers_3",
    "product_week_trend",
    "product_first_buyers_7",
    "product_first_buyers_14",
    "product_first_buyers_30",
    "product_first_buyers_60",
    "product_first_share",
)
"""How a product finds new buyers: made no difference to the ranker of everything."""

CORE_FEATURES = (
    "pair_position",
    "pair_similarity",
    "pair_times",
    "pair_share_of_orders",
    "pair_days_since",
    "pair_decayed_90",
    "pair_decayed_730",
    "customer_orders",
    "product_buyers_30",
    "product_buyers_90",
    "product_buyers",
)
"""The small set: how often, how long ago, how similar, how popular."""
