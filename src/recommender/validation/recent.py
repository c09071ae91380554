"""The last four weeks against everything before: categories that were never seen, and the level of prices."""

from dataclasses import dataclass
from typing import Any

from recommender.validation.finding import ROWS_NAMED, Finding, Level, graded
from recommender.validation.orders_table import query
from recommender.validation.volume import RECENT_WEEKS

KNOWN_LINES = 5
"""Of a product in each of the two spans, from which on its prices are compared."""

LEAST_PRODUCTS = 20
PRICE_WARNING = 1.25
PRICE_FAILURE = 2.0
"""Prices in another currency, in pence, or with another tax move all products at once; shops do not."""

SOLD = r"unit_price > 0 AND quantity > 0 AND regexp_matches(stock_code, '^\d{5}')"
"""In SQL, whether a row sells a product at a price."""

_IS_RECENT = f"invoice_date::DATE > (SELECT max(invoice_date)::DATE FROM good) - {7 * RECENT_WEEKS}"


@dataclass(frozen=True, kw_only=True)
class Category:
    """Values that come from a small set, whose newcomers a person should know of."""

    check: str
    noun: str
    value: str
    """In SQL, of a row of the orders."""


CATEGORIES = (
    Category(check="new_countries", noun="countries", value="country"),
    Category(
        check="new_code_patterns",
        noun="patterns of stock codes",
        value="regexp_replace(regexp_replace(upper(trim(stock_code)), '[0-9]', '9', 'g'), '[A-Z]', 'A', 'g')",
    ),
    Category(
        check="new_invoice_kinds", noun="kinds of invoices", value="regexp_replace(invoice_no, '[0-9]', '9', 'g')"
    ),
)
NEW_WARNING, NEW_FAILURE = 0.005, 0.25
"""Shares of the recent rows. A quarter of them in places never heard of is another spelling, not another market."""


def check_recent(backend: Any) -> list[Finding]:
    """Compare the last weeks with the rest; rows in quarantine do not count."""
    return [*(_newcomers(backend, category) for category in CATEGORIES), _price_level(backend)]


def _newcomers(backend: Any, category: Category) -> Finding:
    # Two runs over small groups: which values are new, and how much of the last weeks they make up.
    found = query(
        backend,
        f"""
        SELECT value, count(*) FILTER (WHERE recent) AS lately, count(*) FILTER (WHERE NOT recent)
        FROM (SELECT {category.value} AS value, {_IS_RECENT} AS recent FROM good)
        GROUP BY value ORDER BY lately DESC, value
        """,
    )
    total = sum(recent for _, recent, _ in found)
    new = [(str(value), recent) for value, recent, before in found if recent and not before]
    # A snapshot of four weeks has no before; that it is too short is another check's finding.
    share = 0.0 if not any(before for *_, before in found) else sum(recent for _, recent in new) / max(total, 1)
    message = (
        f"{len(new)} {category.noun} in the last {RECENT_WEEKS} weeks were never seen before: {share:.1%} of their "
        f"rows (warned above {NEW_WARNING:.1%}, refused above {NEW_FAILURE:.0%})"
    )
    named = [f"{value}: {recent} rows" for value, recent in new[:ROWS_NAMED]]
    return graded(category.check, share, message, warning=NEW_WARNING, failure=NEW_FAILURE, rows=named)


def _price_level(backend: Any) -> Finding:
    products, ratio = query(
        backend,
        f"""
        WITH sold AS (
            SELECT upper(trim(stock_code)) AS product, unit_price, {_IS_RECENT} AS recent
            FROM good
            WHERE {SOLD}
        ),
        prices AS (
            SELECT median(unit_price) FILTER (WHERE recent) / median(unit_price) FILTER (WHERE NOT recent) AS ratio
            FROM sold
            GROUP BY product
            HAVING least(count(*) FILTER (WHERE recent), count(*) FILTER (WHERE NOT recent)) >= {KNOWN_LINES}
        )
        SELECT count(*), median(ratio) FROM prices
        """,
    )[0]
    if products < LEAST_PRODUCTS:
        message = f"only {products} products were sold often enough to compare prices"
        return Finding(check="price_level", level=Level.OK, message=message)
    message = (
        f"half of {products} products cost more than {ratio:.2f} times what they did before the last {RECENT_WEEKS} "
        f"weeks, half less (warned beyond {PRICE_WARNING:g} times, refused beyond {PRICE_FAILURE:g}, up or down)"
    )
    apart = max(ratio, 1 / ratio)
    return graded("price_level", apart, message, warning=PRICE_WARNING, failure=PRICE_FAILURE)
