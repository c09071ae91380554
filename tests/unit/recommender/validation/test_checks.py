"""Checks of whole tables: each stops the run, and says what is wrong."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import BadOrders
from recommender.validation.finding import Level
from recommender.validation.limits import Limits
from tests.unit.recommender.validation.orders import NOW, START, Line, findings, steady


def levels(lines: list[Line], folder: Path, **asked: Any) -> dict[str, Level]:
    return {check: finding.level for check, finding in findings(lines, folder, **asked).items()}


def test_steady_fresh_orders_pass_every_check(tmp_path: Path) -> None:
    assert set(levels(steady(), tmp_path).values()) == {Level.OK}


def test_too_few_rows_customers_and_days_fail(tmp_path: Path) -> None:
    found = levels(steady(10, 30), tmp_path)
    assert {found[f"volume_{noun}"] for noun in ("rows", "customers", "days")} == {Level.FAILURE}


@pytest.mark.parametrize("per_day", [5, 300])
def test_a_collapse_and_an_explosion_of_the_last_weeks_fail(per_day: int, tmp_path: Path) -> None:
    lines = steady(60, 152) + steady(per_day, 28, START + timedelta(days=152))
    found = findings(lines, tmp_path)
    assert found["volume_recent"].level is Level.FAILURE
    assert f"{per_day * 28} rows in the last 4 weeks, 1680 were expected" in found["volume_recent"].message
    assert found["volume_weeks"].level is Level.WARNING
    assert found["volume_weeks"].rows[0] == f"from 2024-06-01: {7 * per_day} rows, 260 to 679 expected"


def test_the_tolerance_of_volume_is_a_limit_of_its_own(tmp_path: Path) -> None:
    lines = steady(60, 152) + steady(20, 28, START + timedelta(days=152))
    assert levels(lines, tmp_path)["volume_recent"] is Level.OK
    assert levels(lines, tmp_path, limits=Limits(volume_tolerance=2))["volume_recent"] is Level.FAILURE


@pytest.mark.parametrize(("days", "level"), [(5, Level.OK), (17, Level.WARNING), (30, Level.FAILURE)])
def test_a_hole_of_more_than_three_weeks_fails_and_a_holiday_does_not(days: int, level: Level, tmp_path: Path) -> None:
    later = START + timedelta(days=90 + days)
    assert levels(steady(20, 90) + steady(20, 50, later), tmp_path)["volume_gap"] is level


def test_old_orders_fail_only_where_a_limit_is_set(tmp_path: Path) -> None:
    late = datetime(2024, 7, 20)
    assert levels(steady(), tmp_path)["freshness"] is Level.OK
    assert levels(steady(), tmp_path, now=late)["freshness"] is Level.WARNING
    assert levels(steady(), tmp_path, now=late, limits=Limits(age_days=30))["freshness"] is Level.WARNING
    found = findings(steady(), tmp_path, now=late, limits=Limits(age_days=14))["freshness"]
    assert found.level is Level.FAILURE
    assert found.message == "the last order is of 2024-06-28, 21 days ago (at most 14 are allowed)"


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ({"customer_id": None}, "missing_customer"),
        ({"description": None}, "no_description"),
        ({"quantity": -1, "unit_price": 0.0}, "returns"),
        ({"unit_price": 0.0}, "free_lines"),
        ({"stock_code": "POST"}, "no_products"),
    ],
)
def test_expected_dirt_is_counted_warned_of_and_then_refused(line: Line, check: str, tmp_path: Path) -> None:
    def level(dirty: int) -> tuple[Level, float | None]:
        lines = [one | (line if at < dirty else {}) for at, one in enumerate(steady(10, 10))]
        found = findings(lines, tmp_path)[check]
        return found.level, found.value

    tolerable = check in ("missing_customer", "no_description")
    assert level(0) == (Level.OK, 0.0)
    assert level(40) == (Level.WARNING if tolerable else Level.FAILURE, 0.4)
    assert level(90) == (Level.FAILURE, 0.9)


def test_a_flood_of_duplicates_fails_and_the_first_of_each_is_none(tmp_path: Path) -> None:
    lines = steady()
    found = findings(lines + [dict(line) for line in lines[: len(lines) // 2]], tmp_path)["duplicates"]
    assert (found.level, round(found.value or 0, 3)) == (Level.FAILURE, 0.333)
    assert found.rows[0].startswith("row 10801 (invoice 500000")


def _in_the_last_weeks(lines: list[Line], **columns: object) -> list[Line]:
    return [line | (columns if line["invoice_date"] > datetime(2024, 6, 1) else {}) for line in lines]


@pytest.mark.parametrize(
    ("columns", "check", "named"),
    [
        ({"country": "GB"}, "new_countries", "GB: 1620 rows"),
        ({"stock_code": "123456789"}, "new_code_patterns", "999999999: 1620 rows"),
    ],
)
def test_categories_never_seen_before_that_flood_the_last_weeks_fail(
    columns: Line, check: str, named: str, tmp_path: Path
) -> None:
    found = findings(_in_the_last_weeks(steady(), **columns), tmp_path)[check]
    assert found.level is Level.FAILURE
    assert found.rows == [named]


def test_one_order_from_a_new_country_is_told_and_passes(tmp_path: Path) -> None:
    found = findings([*steady(), steady()[-1] | {"invoice_no": "9", "country": "Malta"}], tmp_path)["new_countries"]
    assert (found.level, found.rows) == (Level.OK, ["Malta: 1 rows"])


@pytest.mark.parametrize(("factor", "level"), [(1.1, Level.OK), (1.5, Level.WARNING), (100, Level.FAILURE)])
def test_prices_that_all_move_at_once_are_in_another_unit(factor: float, level: Level, tmp_path: Path) -> None:
    assert levels(_in_the_last_weeks(steady(), unit_price=1.5 * factor), tmp_path)["price_level"] is level


@pytest.mark.parametrize("limits", [Limits(), Limits(quarantined_percent=50, percent_by_reason={"quantity_zero": 1})])
def test_more_rows_in_quarantine_than_the_limit_fail_and_are_named(limits: Limits, tmp_path: Path) -> None:
    lines = [line | ({"quantity": 0} if at % 50 == 0 else {}) for at, line in enumerate(steady())]
    found = findings(lines, tmp_path, limits=limits)
    failed = {check for check, finding in found.items() if finding.level is Level.FAILURE}
    assert failed == {"quarantine" if not limits.percent_by_reason else "quarantine_quantity_zero"}
    assert found["quarantine"].rows[0] == "row 1 (invoice 500000, stock code 20000): quantity = 0"
    assert found["quarantine"].message.startswith(
        f"216 of 10800 rows (at most {limits.quarantined_percent:g} % may be)"
    )


def test_few_rows_in_quarantine_are_a_warning(tmp_path: Path) -> None:
    assert levels([*steady(), steady()[0] | {"quantity": 0}], tmp_path)["quarantine"] is Level.WARNING


def test_a_wrong_date_does_not_make_a_gap_nor_old_orders_fresh(tmp_path: Path) -> None:
    wrong = steady()[0] | {"invoice_no": "9", "invoice_date": datetime(2090, 1, 1)}
    found = levels([*steady(), wrong], tmp_path, now=datetime(2024, 7, 20))
    assert (found["volume_gap"], found["freshness"]) == (Level.OK, Level.WARNING)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadOrders, match=r"the snapshot is not of orders: .*country"):
        findings(steady(2, 2), tmp_path, change=lambda table: table.drop_columns(["country"]))


def test_a_column_of_another_type_is_named(tmp_path: Path) -> None:
    at = 3

    def with_text(table: Any) -> Any:
        return table.set_column(at, "quantity", table["quantity"].cast("string"))

    with pytest.raises(BadOrders, match=r"the snapshot is not of orders: .*quantity"):
        findings(steady(2, 2), tmp_path, change=with_text)


def test_the_moment_of_an_order_may_be_ahead_of_utc_by_a_zone(tmp_path: Path) -> None:
    ahead = steady()[0] | {"invoice_no": "9", "invoice_date": NOW + timedelta(hours=13)}
    assert levels([*steady(), ahead], tmp_path)["quarantine"] is Level.OK
