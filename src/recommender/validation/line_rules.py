"""Line rules: what no row of orders may be. What is merely no purchase (a return, postage) breaks none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import ibis

from recommender.validation.rule import LineRule, Lines, Truth

LARGEST_QUANTITY = 100_000
LARGEST_PRICE = 100_000
"""In pounds; the largest real ones are adjustments of some ten thousand."""

LARGEST_AMOUNT = 1_000_000
"""Of one line, in pounds; the largest real one is 77,184."""

EARLIEST = datetime(2000, 1, 1)
LARGEST_CUSTOMER = 2**53
"""Larger whole numbers do not survive a program that keeps numbers as floating-point ones, as JSON's readers do."""

ZONES = timedelta(hours=14)
"""Shops write local time without a zone: the earliest zone is this far ahead of UTC."""

LONGEST_DESCRIPTION = 200
LONGEST_COUNTRY = 60
INVOICE = r"^[A-Za-z]{0,3}[0-9]+$"
"""Digits, and before them the kind: C is a credit note, A an adjustment."""

STOCK_CODE = r"^[A-Za-z0-9][A-Za-z0-9 _./-]{0,19}$"
PRODUCT = r"^[0-9]{5}"
UNREADABLE = r"[\x00-\x1f\x7f]|\x{FFFD}"
"""Control characters, and the mark that stands where a decoder gave up."""


def line_rules(now: datetime) -> tuple[LineRule, ...]:
    """Return the rules of single rows.

    Args:
        now: in UTC, without a zone; an order after this moment, in whichever zone, cannot have happened.
    """
    return (*_missing(), *_malformed(), *_out_of_range(now), *_contradicting())


def is_credit_note(lines: Lines) -> Truth:
    """Return which lines belong to a credit note."""
    return lines.invoice_no.upper().startswith("C").fill_null(False)


def is_product(lines: Lines) -> Truth:
    """Return which lines are of a product; postage, fees and corrections have other codes."""
    return lines.stock_code.re_search(PRODUCT).fill_null(False)


def _missing() -> tuple[LineRule, ...]:
    return (
        _rule("invoice_missing", "invoice_no", "has no invoice number", partial(_blank, column="invoice_no")),
        _rule("stock_code_missing", "stock_code", "has no stock code", partial(_blank, column="stock_code")),
        _rule("quantity_missing", "quantity", "has no quantity", lambda lines: lines.quantity.isnull()),
        _rule("date_missing", "invoice_date", "has no date", lambda lines: lines.invoice_date.isnull()),
        _rule(
            "price_missing",
            "unit_price",
            "has no price, or one that is not a number",
            lambda lines: lines.unit_price.isnull() | lines.unit_price.isnan(),
        ),
        _rule("country_missing", "country", "has no country", partial(_blank, column="country")),
    )


def _malformed() -> tuple[LineRule, ...]:
    return (
        _rule(
            "invoice_malformed",
            "invoice_no",
            "has an invoice number that is not up to three letters and then digits",
            lambda lines: ~_blank(lines, "invoice_no") & ~lines.invoice_no.re_search(INVOICE),
        ),
        _rule(
            "stock_code_malformed",
            "stock_code",
            "has a stock code of more than 20 characters, or of characters that no code has",
            lambda lines: ~_blank(lines, "stock_code") & ~lines.stock_code.re_search(STOCK_CODE),
        ),
        _rule(
            "country_not_a_name",
            "country",
            "has a country without a letter in it",
            lambda lines: ~_blank(lines, "country") & ~lines.country.re_search(r"\p{L}"),
        ),
        _rule(
            "text_unreadable",
            "description",
            "has control characters, or bytes that were no text, in its description or country",
            lambda lines: (
                lines.description.re_search(UNREADABLE).fill_null(False)
                | lines.country.re_search(UNREADABLE).fill_null(False)
            ),
        ),
        _rule(
            "text_too_long",
            "description",
            f"has a description of more than {LONGEST_DESCRIPTION} characters, or a country of more than "
            f"{LONGEST_COUNTRY}: columns have slipped",
            lambda lines: (
                (lines.description.length() > LONGEST_DESCRIPTION).fill_null(False)
                | (lines.country.length() > LONGEST_COUNTRY).fill_null(False)
            ),
        ),
    )


def _out_of_range(now: datetime) -> tuple[LineRule, ...]:
    latest = now + ZONES
    return (
        _rule("quantity_zero", "quantity", "moves nothing: its quantity is 0", lambda lines: lines.quantity == 0),
        _rule(
            "quantity_out_of_range",
            "quantity",
            f"has a quantity beyond ±{LARGEST_QUANTITY:,}",
            lambda lines: ~lines.quantity.between(-LARGEST_QUANTITY, LARGEST_QUANTITY),
        ),
        _rule(
            "price_out_of_range",
            "unit_price",
            f"has a price beyond ±{LARGEST_PRICE:,}",
            lambda lines: ~lines.unit_price.isnan() & ~_price_fits(lines),
        ),
        _rule(
            "amount_out_of_range",
            "unit_price",
            f"has an amount beyond ±{LARGEST_AMOUNT:,}",
            lambda lines: _price_fits(lines) & _quantity_fits(lines) & (_amount(lines).abs() > LARGEST_AMOUNT),
        ),
        _rule("date_in_the_future", "invoice_date", "is of the future", lambda lines: lines.invoice_date > latest),
        _rule(
            "date_too_early",
            "invoice_date",
            f"is of before {EARLIEST:%Y}",
            lambda lines: lines.invoice_date < EARLIEST,
        ),
        _rule(
            "customer_not_positive",
            "customer_id",
            "has a customer number that is not positive",
            lambda lines: lines.customer_id <= 0,
        ),
        _rule(
            "customer_out_of_range",
            "customer_id",
            "has a customer number beyond 2^53",
            lambda lines: lines.customer_id > LARGEST_CUSTOMER,
        ),
    )


def _contradicting() -> tuple[LineRule, ...]:
    return (
        _rule(
            "return_without_credit_note",
            "quantity",
            "takes goods back at a price, and is on no credit note (C…)",
            lambda lines: (lines.quantity < 0) & (lines.unit_price > 0) & ~is_credit_note(lines),
        ),
        _rule(
            "sale_on_a_credit_note",
            "quantity",
            "sells goods at a price, but is on a credit note (C…)",
            lambda lines: (lines.quantity > 0) & (lines.unit_price > 0) & is_credit_note(lines),
        ),
        _rule(
            "price_negative",
            "unit_price",
            "sells a product at a price below zero",
            lambda lines: (lines.unit_price < 0) & is_product(lines),
        ),
    )


def _rule(reason: str, column: str, meaning: str, broken: Callable[[Lines], Truth]) -> LineRule:
    return LineRule(
        reason=reason, column=column, meaning=meaning, broken=lambda lines: ibis.coalesce(broken(lines), False)
    )


def _blank(lines: Lines, column: str) -> Truth:
    return lines[column].isnull() | (lines[column].strip() == "")


def _price_fits(lines: Lines) -> Truth:
    return lines.unit_price.between(-LARGEST_PRICE, LARGEST_PRICE)


def _quantity_fits(lines: Lines) -> Truth:
    return lines.quantity.between(-LARGEST_QUANTITY, LARGEST_QUANTITY)


def _amount(lines: Lines) -> Truth:
    return lines.quantity.cast("float64") * lines.unit_price
