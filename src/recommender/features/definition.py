"""What each feature means, in SQL over what is known at a cutoff.

`known` holds the purchases before the cutoff with their age in days; `orders_of` numbers a customer's orders from the
latest; `candidates` (customer, product, position, similarity) comes from retrieval. Missing values stay missing:
XGBoost learns where they go.
"""

KNOWN = """
    SELECT *, (epoch($cutoff::TIMESTAMP) - epoch(time)) / 86400.0 AS age
    FROM purchases WHERE time < $cutoff::TIMESTAMP
"""

ORDERS_OF = """
    SELECT customer, invoice, age, lines, row_number() OVER (PARTITION BY customer ORDER BY age, invoice) AS position
    FROM (SELECT customer, invoice, min(age) AS age, count(*) AS lines FROM known GROUP BY ALL)
"""

CUSTOMERS = """
    SELECT
        customer,
        count(*) AS customer_orders,
        min(age) AS customer_days_since_order,
        max(age) AS customer_days_known,
        (max(age) - min(age)) / nullif(count(*) - 1, 0) AS customer_days_between_orders,
        sum(pow(0.5, age / 60)) AS customer_recent_orders,
        avg(lines) AS customer_lines_per_order,
        any_value(distinct_products) AS customer_products,
        1 - any_value(distinct_products) / sum(lines) AS customer_repeat_share,
        any_value(mean_price) AS customer_mean_price,
        any_value(quantity) AS customer_quantity,
    FROM orders_of JOIN (
        SELECT customer, count(DISTINCT product) AS distinct_products, avg(price) AS mean_price,
            median(quantity) AS quantity
        FROM known GROUP BY customer
    ) USING (customer)
    GROUP BY customer
"""

PRODUCTS = """
    WITH bought AS (
        SELECT
            product,
            customer,
            min(age) AS age,
            max(age) AS first_age,
            count(*) AS orders,
            bool_or(age >= 30 AND age < 60) AS month_before,
            bool_or(age < 30) AS last_month,
            bool_or(age >= 335 AND age < 365) AS year_ago,
            bool_or(age < 7) AS last_week,
            bool_or(age >= 7 AND age < 14) AS week_before,
        FROM known GROUP BY ALL
    )
    SELECT
        product,
        count(*) FILTER (age < 3) AS product_buyers_3,
        count(*) FILTER (age < 7) AS product_buyers_7,
        count(*) FILTER (age < 14) AS product_buyers_14,
        count(*) FILTER (age < 30) AS product_buyers_30,
        count(*) FILTER (age < 90) AS product_buyers_90,
        count(*) AS product_buyers,
        count(*) FILTER (year_ago) AS product_buyers_year_ago,
        (count(*) FILTER (last_month) + 1) / (count(*) FILTER (month_before) + 1) AS product_trend,
        (count(*) FILTER (last_week) + 1) / (count(*) FILTER (week_before) + 1) AS product_week_trend,
        count(*) FILTER (first_age < 7) AS product_first_buyers_7,
        count(*) FILTER (first_age < 14) AS product_first_buyers_14,
        count(*) FILTER (first_age < 30) AS product_first_buyers_30,
        count(*) FILTER (first_age < 60) AS product_first_buyers_60,
        (count(*) FILTER (first_age < 30) + 1) / (count(*) FILTER (last_month) + 2) AS product_first_share,
        min(age) AS product_days_since_sale,
        max(first_age) AS product_days_known,
        (count(*) FILTER (orders > 1) + 1) / (count(*) + 5) AS product_repeat_share,
        (count(*) FILTER (month_before AND last_month) + 1) / (count(*) FILTER (month_before) + 8)
            AS product_month_repeat,
        any_value(price) AS product_price,
        any_value(quantity) AS product_quantity,
    FROM bought JOIN (
        SELECT product, arg_min(price, (age, invoice, customer)) AS price, median(quantity) AS quantity
        FROM known GROUP BY product
    ) USING (product)
    GROUP BY product
"""

PAIRS = """
    WITH own AS (
        SELECT
            customer,
            product,
            count(*) AS times,
            min(age) AS days_since,
            max(age) AS days_known,
            sum(pow(0.5, age / 30)) AS decayed_30,
            sum(pow(0.5, age / 90)) AS decayed_90,
            sum(pow(0.5, age / 730)) AS decayed_730,
            sum(quantity) AS quantity,
            min(position) AS orders_since,
        FROM (SELECT known.*, position FROM known JOIN orders_of USING (customer, invoice))
        GROUP BY customer, product
    )
    SELECT
        candidates.customer,
        candidates.product,
        candidates.position AS pair_position,
        candidates.similarity AS pair_similarity,
        coalesce(own.times, 0) AS pair_times,
        coalesce(own.times, 0) / customers.customer_orders AS pair_share_of_orders,
        own.days_since AS pair_days_since,
        own.days_known AS pair_days_known,
        own.orders_since AS pair_orders_since,
        coalesce(own.decayed_30, 0) AS pair_decayed_30,
        coalesce(own.decayed_90, 0) AS pair_decayed_90,
        coalesce(own.decayed_730, 0) AS pair_decayed_730,
        own.times / customers.customer_orders * customers.customer_recent_orders AS pair_expected,
        (own.days_known - own.days_since) / nullif(own.times - 1, 0) AS pair_days_between,
        own.days_since * (own.times - 1) / nullif(own.days_known - own.days_since, 0) AS pair_overdue,
        own.quantity / own.times AS pair_quantity,
        products.product_price / customers.customer_mean_price AS pair_price_ratio,
    FROM candidates
    JOIN customers USING (customer)
    JOIN products_at AS products USING (product)
    LEFT JOIN own ON own.customer = candidates.customer AND own.product = candidates.product
    ORDER BY candidates.customer, candidates.position
"""

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
