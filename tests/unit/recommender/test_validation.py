import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from recommender.container import Container
from recommender.ingest import describe
from recommender.validation.dirt import check_dirt
from recommender.validation.finding import Level
from recommender.validation.report import render_report
from recommender.validation.rows import check_rows
from recommender.validation.step import read_snapshot
from recommender.validation.volume import check_volume
from tests.unit.recommender.synthetic import Run, order_table, run_step

NOW = datetime(2024, 7, 1)


def frame(table: pa.Table, folder: Path) -> pd.DataFrame:
    parquet.write_table(table, folder / "orders.parquet")
    return read_snapshot(folder)


@pytest.mark.parametrize(
    ("line", "check", "row"),
    [
        ({"invoice_no": None}, "invoice_no_missing", "row 2 (invoice nan, stock code 10001): invoice_no = nan"),
        ({"stock_code": None}, "stock_code_missing", "stock_code = nan"),
        ({"quantity": None}, "quantity_missing", "quantity = <NA>"),
        ({"quantity": 200_000}, "quantity_out_of_range", "row 2 (invoice 500001, stock code 10001): quantity = 200000"),
        ({"unit_price": -200_000.0}, "unit_price_out_of_range", "unit_price = -200000.0"),
        ({"unit_price": None}, "unit_price_missing", "unit_price = nan"),
        ({"invoice_date": None}, "invoice_date_missing", "invoice_date = NaT"),
        ({"invoice_date": datetime(2024, 7, 2)}, "invoice_date_in_the_future", "= 2024-07-02"),
        ({"invoice_date": datetime(1970, 1, 1)}, "invoice_date_too_early", "= 1970-01-01"),
        ({"customer_id": -5}, "customer_id_not_positive", "customer_id = -5"),
    ],
)
def test_a_single_wrong_row_fails_and_is_named(line: dict[str, object], check: str, row: str, tmp_path: Path) -> None:
    (finding,) = check_rows(frame(order_table({}, line), tmp_path), NOW)
    assert (finding.check, finding.level, finding.value) == (check, Level.FAILURE, 1.0)
    assert row in finding.rows[0]


def test_all_broken_rules_are_reported_at_once(tmp_path: Path) -> None:
    lines = order_table({"quantity": 200_000}, {"unit_price": None}, {"quantity": -200_000})
    found = {finding.check: finding.value for finding in check_rows(frame(lines, tmp_path), NOW)}
    assert found == {"quantity_out_of_range": 2.0, "unit_price_missing": 1.0}


def test_clean_rows_are_one_good_finding(tmp_path: Path) -> None:
    (finding,) = check_rows(frame(order_table({}, {"customer_id": None, "quantity": -1}), tmp_path), NOW)
    assert finding.level is Level.OK


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ({"customer_id": None}, "missing_customer"),
        ({"description": None}, "no_description"),
        ({"quantity": -1}, "returns"),
        ({"invoice_no": "C500002"}, "returns"),
        ({"unit_price": 0.0}, "free_lines"),
        ({"stock_code": "POST"}, "no_products"),
    ],
)
def test_expected_dirt_is_counted_warned_of_and_then_refused(
    line: dict[str, object], check: str, tmp_path: Path
) -> None:
    def level(dirty: int, clean: int) -> tuple[Level, float | None]:
        lines = [{"stock_code": str(10_000 + at)} for at in range(clean)]
        dirt = [{"stock_code": str(20_000 + at)} | line for at in range(dirty)]
        found = {one.check: one for one in check_dirt(frame(order_table(*lines, *dirt), tmp_path))}
        return found[check].level, found[check].value

    assert level(0, 10) == (Level.OK, 0.0)
    assert level(4, 6) == (Level.FAILURE if check in ("returns", "free_lines", "no_products") else Level.WARNING, 0.4)
    assert level(9, 1) == (Level.FAILURE, 0.9)


def test_duplicate_lines_are_counted_once_each(tmp_path: Path) -> None:
    found = {one.check: one for one in check_dirt(frame(order_table({}, {}, {}, {"quantity": 3}), tmp_path))}
    assert found["duplicates"].value == 0.5
    assert found["duplicates"].rows[0].startswith("row 2 ")


def daily(days: int, per_day: int, start: datetime = datetime(2024, 1, 1)) -> list[dict[str, object]]:
    return [
        {"invoice_date": start + timedelta(days=day), "customer_id": 1 + at}
        for day in range(days)
        for at in range(per_day)
    ]


def levels(lines: list[dict[str, object]], folder: Path, now: datetime = NOW) -> dict[str, Level]:
    return {one.check: one.level for one in check_volume(frame(order_table(*lines), folder), now)}


def test_enough_steady_fresh_orders_pass(tmp_path: Path) -> None:
    assert set(levels(daily(180, 60), tmp_path).values()) == {Level.OK}


def test_too_few_rows_customers_and_days_fail(tmp_path: Path) -> None:
    found = levels(daily(30, 10), tmp_path)
    assert {found[f"volume_{noun}"] for noun in ("rows", "customers", "days")} == {Level.FAILURE}


def test_a_collapse_and_an_explosion_of_the_last_weeks_fail(tmp_path: Path) -> None:
    before = daily(152, 50)
    after = datetime(2024, 6, 1)
    assert levels(before + daily(28, 5, after), tmp_path)["volume_recent"] is Level.FAILURE
    assert levels(before + daily(28, 300, after), tmp_path)["volume_recent"] is Level.FAILURE


def test_a_hole_of_more_than_three_weeks_fails_and_a_holiday_does_not(tmp_path: Path) -> None:
    def gap(days: int) -> Level:
        return levels(daily(90, 20) + daily(60, 20, datetime(2024, 3, 30) + timedelta(days=days)), tmp_path)[
            "volume_gap"
        ]

    assert (gap(5), gap(17), gap(30)) == (Level.OK, Level.WARNING, Level.FAILURE)


def test_old_orders_are_a_warning_only(tmp_path: Path) -> None:
    assert levels(daily(180, 60), tmp_path, now=datetime(2030, 1, 1))["freshness"] is Level.WARNING


def test_a_failed_check_stops_the_run_names_rows_and_still_leaves_the_report(tmp_path: Path) -> None:
    container = Container(root=tmp_path)
    folder = container.processing_input("snapshot")
    folder.mkdir(parents=True)
    orders = order_table(*daily(180, 60), {"quantity": 999_999})
    parquet.write_table(orders, folder / "orders.parquet")
    (folder / "snapshot.json").write_text(json.dumps(describe(orders, "0" * 64)))
    assert run_step(container, "validate") == 1
    reason = (tmp_path / "output" / "message").read_text()
    assert "row 10801 (invoice 500001, stock code 10001): quantity = 999999" in reason
    report = container.processing_output("report")
    assert json.loads((report / "validation.json").read_text())["passed"] is False
    assert "Refused" in (report / "validation.html").read_text()


def test_simulated_orders_pass(run: Run) -> None:
    document = run.read("validate", "report", "validation.json")
    assert document["passed"] is True


def test_the_report_needs_nothing_beside_it_and_escapes_what_it_shows(tmp_path: Path) -> None:
    orders = frame(order_table({"invoice_no": "<script>", "quantity": 999_999}), tmp_path)
    html = render_report({"data_hash": "0"}, check_rows(orders, NOW), orders)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html
