"""Twenty-nine kinds of wrong rows, planted in clean orders: exactly they are set apart, each for its reasons."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.validation.group_rules import MOST_COPIES, group_rules
from recommender.validation.line_rules import line_rules
from tests.unit.recommender.validation.orders import LINES_AN_INVOICE, NOW, START, Line, clean_lines, quarantined

INVOICES = 60
Plant = Callable[[Line, int], Line]
"""Makes a line wrong; the number varies how."""

LATE = START + timedelta(days=170)


def one_of(column: str, *values: object) -> Plant:
    return lambda line, vary: line | {column: values[vary % len(values)]}


def credit_note(vary: int, **columns: object) -> Line:
    return {"invoice_no": f"C{900_000 + vary}", "invoice_date": LATE, "quantity": -1 - vary % 5, **columns}


PLANTS: dict[str, tuple[Plant, set[str]]] = {
    "no invoice": (one_of("invoice_no", None, "", "  "), {"invoice_missing"}),
    "no stock code": (one_of("stock_code", None, "", " "), {"stock_code_missing"}),
    "no quantity": (one_of("quantity", None), {"quantity_missing"}),
    "no date": (one_of("invoice_date", None), {"date_missing"}),
    "no price": (one_of("unit_price", None, math.nan), {"price_missing"}),
    "no country": (one_of("country", None, "", "\t"), {"country_missing"}),
    "invoice of another system": (
        lambda line, vary: line | {"invoice_no": (f"INV#{vary}", f"{vary}-34", f"ABCD{vary}")[vary % 3]},
        {"invoice_malformed"},
    ),
    "code with what no code has": (one_of("stock_code", "10001;", "<b>", "x" * 21), {"stock_code_malformed"}),
    "country that is a number": (
        one_of("country", "44", "12.5", "-"),
        {"country_not_a_name", "invoice_of_two_countries"},
    ),
    "control characters": (
        lambda line, vary: line | {"description": line["description"] + "\x07\x1b\ufffd"[vary % 3]},
        {"text_unreadable"},
    ),
    "slipped columns": (one_of("description", "RED BLUE COTTON ENAMEL PAPER " * 10), {"text_too_long"}),
    "nothing sold": (one_of("quantity", 0), {"quantity_zero"}),
    "too many": (one_of("quantity", 100_001, 10**12), {"quantity_out_of_range"}),
    "too dear": (one_of("unit_price", 100_001.0, math.inf), {"price_out_of_range", "price_jump"}),
    "too large an amount": (lambda line, _: line | {"quantity": 90_000, "unit_price": 20.0}, {"amount_out_of_range"}),
    "of the future": (
        lambda line, vary: line | {"invoice_date": NOW + timedelta(days=1 + vary)},
        {"date_in_the_future", "invoice_on_two_days"},
    ),
    "of another age": (
        one_of("invoice_date", datetime(1970, 1, 1), datetime(1900, 1, 1), datetime(1999, 12, 31)),
        {"date_too_early", "invoice_on_two_days"},
    ),
    "customer below zero": (one_of("customer_id", 0, -5), {"customer_not_positive"}),
    "customer beyond what numbers hold": (one_of("customer_id", 2**53 + 1, 2**62), {"customer_out_of_range"}),
    "return without a credit note": (
        lambda line, vary: line | {"quantity": -1 - vary % 30},
        {"return_without_credit_note"},
    ),
    "sale on a credit note": (
        lambda line, vary: line | {"invoice_no": f"C{800_000 + vary}"},
        {"sale_on_a_credit_note"},
    ),
    "price below zero": (lambda line, _: line | {"unit_price": -line["unit_price"]}, {"price_negative"}),
    "another customer's line": (one_of("customer_id", 55_555, 66_666), {"invoice_of_two_customers"}),
    "another country's line": (one_of("country", "France", "Zimbabwe"), {"invoice_of_two_countries"}),
    "another day's line": (
        lambda line, vary: line | {"invoice_date": line["invoice_date"] + timedelta(days=2 + vary % 9)},
        {"invoice_on_two_days"},
    ),
    "price in another unit": (
        lambda line, vary: line | {"unit_price": line["unit_price"] * (1000 if vary % 2 else 0.001)},
        {"price_jump"},
    ),
    "code of another product": (one_of("description", "GARDEN KNEELING PAD", "SET OF 2"), {"stock_code_reused"}),
    "return of what nobody bought": (
        lambda line, vary: line | credit_note(vary, stock_code="77777", customer_id=12_001),
        {"return_of_what_nobody_bought"},
    ),
    "return by who never bought": (
        lambda line, vary: line | credit_note(vary, customer_id=99_999),
        {"return_by_who_never_bought"},
    ),
}
_OF_A_KNOWN_CUSTOMER = {"customer below zero", "customer beyond what numbers hold", "another customer's line"}


def plant(lines: list[Line], kind: str, invoice: int, place: int, vary: int) -> tuple[int, set[str]]:
    """Make one line of an invoice wrong; return its row and the reasons that it must be given."""
    position = LINES_AN_INVOICE * invoice + place
    change, reasons = PLANTS[kind]
    known = lines[position]["customer_id"] is not None
    lines[position] = change(lines[position], vary)
    if kind in _OF_A_KNOWN_CUSTOMER:
        # A number on an invoice without a customer is compared with nothing.
        apart = {"invoice_of_two_customers"}
        reasons = reasons | apart if known else reasons - apart
    return position, reasons


planted = st.lists(
    st.tuples(
        st.sampled_from(sorted(PLANTS)),
        st.integers(0, INVOICES - 1),
        st.integers(0, LINES_AN_INVOICE - 1),
        st.integers(0, 1000),
    ),
    min_size=4,
    max_size=12,
    unique_by=(lambda drawn: drawn[1], lambda drawn: drawn[3]),
)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), drawn=planted)
def test_exactly_the_planted_rows_are_set_apart_with_exactly_their_reasons(
    seed: int, drawn: list[tuple[str, int, int, int]]
) -> None:
    lines = clean_lines(seed, INVOICES)
    expected = {position: reasons for position, reasons in (plant(lines, *one) for one in drawn) if reasons}
    assert quarantined(lines) == expected


@pytest.mark.parametrize("kind", PLANTS)
def test_each_kind_is_found_by_itself(kind: str) -> None:
    lines = clean_lines(1, INVOICES)
    invoice = next(at for at in range(30, 60) if lines[LINES_AN_INVOICE * at]["customer_id"])
    position, reasons = plant(lines, kind, invoice, 2, 0)
    assert quarantined(lines) == {position: reasons}


def test_copies_of_a_line_are_set_apart_when_no_shop_would_write_so_many() -> None:
    lines = clean_lines(1)
    few = [dict(lines[8])] * (MOST_COPIES - 1)
    assert quarantined(lines + few) == {}
    flood = quarantined([*lines, *few, dict(lines[8])])
    assert flood == {len(lines) + at: {"line_repeated"} for at in range(MOST_COPIES)}


def test_an_invoice_that_two_customers_share_alike_is_set_apart_whole() -> None:
    lines = clean_lines(1)
    at = next(at for at in range(0, 200, 4) if lines[at]["customer_id"])
    lines[at]["customer_id"] = lines[at + 1]["customer_id"] = 55_555
    assert quarantined(lines) == {at + line: {"invoice_of_two_customers"} for line in range(4)}


def test_a_return_in_the_first_days_may_be_of_what_was_bought_before() -> None:
    lines = clean_lines(1)
    early = lines[0] | {"invoice_no": "C1", "stock_code": "77777", "quantity": -1, "customer_id": 99_999}
    assert quarantined([*lines, early]) == {}


def test_one_wrong_date_does_not_end_the_grace_of_early_returns() -> None:
    lines = clean_lines(1)
    early = lines[0] | {"invoice_no": "C1", "stock_code": "77777", "quantity": -1, "customer_id": 99_999}
    old = lines[0] | {"invoice_no": "7", "invoice_date": datetime(2001, 1, 1)}
    assert quarantined([*lines, early, old]) == {}


def test_every_rule_is_broken_by_a_planted_row() -> None:
    broken = {reason for _, reasons in PLANTS.values() for reason in reasons} | {"line_repeated"}
    assert broken == {rule.reason for rule in (*line_rules(NOW), *group_rules())}
