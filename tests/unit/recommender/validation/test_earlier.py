"""A snapshot against the one that was accepted before it: a past that was rewritten stops the run."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.container import Container
from recommender.validation.earlier import check_earlier, is_older
from recommender.validation.earlier_shares import check_shares
from recommender.validation.evidence import passed
from recommender.validation.finding import Finding, Level
from recommender.validation.judgement import Judgement
from recommender.validation.limits import Limits
from recommender.validation.line_rules import line_rules
from recommender.validation.orders_table import opened
from recommender.validation.record import FILE, Day, Kind, Record, read_record, write_record
from recommender.validation.recording import NewRows
from recommender.validation.step import accept, judge
from tests.unit.recommender.synthetic import order_table, run_step
from tests.unit.recommender.validation.orders import NOW, START, Line, lay_snapshot, steady

DAYS_BEFORE = 150
BEFORE = steady(days=DAYS_BEFORE)
Change = Callable[[list[Line]], list[Line]]


def step(folder: Path, lines: list[Line], accepted: Record | None) -> tuple[int, Container]:
    """Run the validation step beside the record of an earlier one."""
    container = Container(root=folder)
    lay_snapshot(container, order_table(*lines))
    given_folder = container.processing_input("accepted")
    given_folder.mkdir(parents=True)
    document = accepted.document() if accepted else {"schema": 1, "generation": 0}
    (given_folder / FILE).write_text(json.dumps(document))
    return run_step(container, "validate"), container


def judged(lines: list[Line], accepted: Record | None, folder: Path, limits: Limits | None = None) -> Judgement:
    """Judge orders beside a record, by one rule of rows: the others have tests of their own."""
    container = Container(root=folder)
    lay_snapshot(container, order_table(*lines))
    rules = {rule.reason: rule for rule in line_rules(NOW) if rule.reason == "quantity_zero"}
    with opened() as backend:
        return judge(backend, container.processing_input("snapshot"), dict(rules), limits or Limits(), NOW, accepted)


def told(judgement: Judgement) -> dict[str, Finding]:
    return {finding.check: finding for finding in judgement.findings}


def records(container: Container) -> list[Path]:
    return sorted(container.processing_output("accepted").iterdir())


def page(container: Container) -> str:
    return (container.processing_output("report") / "validation.html").read_text()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Container:
    """The first accepted snapshot: 150 days."""
    code, container = step(tmp_path_factory.mktemp("first"), BEFORE, None)
    assert code == 0
    return container


@pytest.fixture(scope="module")
def accepted(first: Container, tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Its record, as the launcher hands it on."""
    (file,) = records(first)
    folder = tmp_path_factory.mktemp("accepted")
    (folder / FILE).write_text(file.read_text())
    found = read_record(folder)
    assert found
    return found


def test_the_first_run_has_nothing_to_compare_with_and_says_so(first: Container) -> None:
    assert page(first).count("no snapshot of this service was accepted before") == 2
    assert records(first)[0].name.startswith("00000001-2024-05-29-")


def test_a_record_holds_sums_and_none_of_the_rows(first: Container) -> None:
    text = records(first)[0].read_text()
    found = json.loads(text)
    assert (found["rows"], found["quarantined"], found["weeks"]) == (9000, 0, 22)
    assert found["days"]["2024-01-02"] == [60, 180.0, 180.0]
    assert found["categories"]["countries"] == {"United Kingdom": {"rows": 9000, "weeks": 22}}
    assert found["prices"] == [1.5, 1.5, 1.5]
    assert found["missing"] == {"customer_id": 0, "description": 0}
    assert "MUG" not in text


def test_more_orders_with_the_same_past_pass_and_leave_the_next_record(accepted: Record, tmp_path: Path) -> None:
    found = judged(steady(), accepted, tmp_path)
    levels = {check: one.level for check, one in told(found).items() if check.startswith("earlier")}
    assert set(levels.values()) == {Level.OK}
    assert set(levels) == {
        *("earlier_rows", "earlier_amounts", "earlier_end", "earlier_missing_customer_id"),
        *("earlier_missing_description", "earlier_quarantine", "earlier_countries", "earlier_patterns_of_stock_codes"),
        *("earlier_kinds_of_invoices", "earlier_prices"),
    }
    accept(found, tmp_path)
    assert [path.name[:20] for path in tmp_path.glob("*.json")] == ["00000002-2024-06-28-"]


def on(day: int, lines: list[Line]) -> list[int]:
    return [at for at, line in enumerate(lines) if line["invoice_date"].date() == (START + timedelta(days=day)).date()]


def without(day: int, rows: int) -> Change:
    def change(lines: list[Line]) -> list[Line]:
        gone = set(on(day, lines)[:rows])
        return [line for at, line in enumerate(lines) if at not in gone]

    return change


def dearer(day: int, factor: float) -> Change:
    def change(lines: list[Line]) -> list[Line]:
        concerned = set(on(day, lines))
        return [line | ({"unit_price": 1.5 * factor} if at in concerned else {}) for at, line in enumerate(lines)]

    return change


def test_a_past_that_was_rewritten_stops_the_step_and_no_record_is_left(accepted: Record, tmp_path: Path) -> None:
    code, container = step(tmp_path, without(40, 60)(steady()), accepted)
    assert code == 1
    reason = (tmp_path / "output" / "message").read_text()
    assert "60 rows are gone and 0 have come on 1 days that were accepted before" in reason
    assert "2024-02-10: 60 rows, now 0" in reason
    assert not records(container)
    assert "1 days are not as they were accepted" in page(container)
    assert "<td>2024-02-10<td" in page(container)


@pytest.mark.parametrize(
    ("change", "check", "message"),
    [
        (without(40, 4), "earlier_rows", "6.67 % of the day that moved most (at most 5 % may, of either)"),
        (
            lambda lines: [line for line in lines if line["invoice_date"] >= datetime(2024, 1, 11)],
            "earlier_rows",
            "600 rows are gone and 0 have come on 10 days",
        ),
        (
            lambda lines: lines + [lines[at] | {"invoice_no": f"9{at}"} for at in on(7, lines)],
            "earlier_rows",
            "60 have",
        ),
        (dearer(40, 1.2), "earlier_amounts", "amounts are others on 1 days that were accepted before"),
    ],
)
def test_each_way_of_rewriting_the_past_is_told_with_its_days(
    change: Change, check: str, message: str, accepted: Record, tmp_path: Path
) -> None:
    found = told(judged(change(steady()), accepted, tmp_path))[check]
    assert found.level is Level.FAILURE
    assert message in found.message
    assert found.rows


def test_a_late_row_of_a_busy_day_is_told_and_passes(accepted: Record, tmp_path: Path) -> None:
    found = told(judged([*steady(), steady()[600] | {"invoice_no": "9"}], accepted, tmp_path))["earlier_rows"]
    assert (found.level, found.rows) == (Level.WARNING, ["2024-01-11: 60 rows, now 61"])


def test_the_last_accepted_day_may_have_been_under_way(accepted: Record, tmp_path: Path) -> None:
    lines = steady()
    more = [lines[at] | {"invoice_no": f"9{at}"} for at in on(DAYS_BEFORE - 1, lines)]
    assert told(judged(lines + more, accepted, tmp_path))["earlier_rows"].level is Level.OK


def test_the_dial_lets_another_past_in_and_the_next_run_is_compared_with_it(accepted: Record, tmp_path: Path) -> None:
    corrected = without(40, 60)(steady())
    let_in = judged(corrected, accepted, tmp_path / "let in", Limits(history_tolerance_percent=100))
    assert told(let_in)["earlier_rows"].level is Level.WARNING
    assert told(judged(corrected, let_in.record, tmp_path / "next"))["earlier_rows"].level is Level.OK


def test_an_older_snapshot_is_told_passes_and_takes_no_newer_ones_place(accepted: Record, tmp_path: Path) -> None:
    found = judged(steady(days=130), accepted, tmp_path)
    assert told(found)["earlier_end"].level is Level.WARNING
    assert "an older snapshot, compared up to its end" in told(found)["earlier_end"].message
    assert passed(found.findings)
    accept(found, tmp_path)
    assert not list(tmp_path.glob("*.json"))


def _new(**columns: object) -> Change:
    return lambda lines: [
        line | (columns if line["invoice_date"] >= START + timedelta(days=DAYS_BEFORE) else {}) for line in lines
    ]


@pytest.mark.parametrize(
    ("columns", "check", "message"),
    [
        ({"customer_id": None}, "earlier_missing_customer_id", "100.00 % of 1800 new rows have no customer_id"),
        ({"description": None}, "earlier_missing_description", "100.00 % of 1800 new rows have no description"),
        ({"country": "Great Britain"}, "earlier_countries", "1 countries that always were there are gone"),
    ],
)
def test_what_is_new_is_judged_by_itself(
    columns: Line, check: str, message: str, accepted: Record, tmp_path: Path
) -> None:
    found = told(judged(_new(**columns)(steady()), accepted, tmp_path))[check]
    assert found.level is Level.FAILURE
    assert message in found.message


def test_a_jump_of_quarantine_in_new_rows_stops_though_it_is_a_small_share_of_all(
    accepted: Record, tmp_path: Path
) -> None:
    start = DAYS_BEFORE * 60
    wrong = [line | ({"quantity": 0} if at >= start and at % 20 == 0 else {}) for at, line in enumerate(steady())]
    found = told(judged(wrong, accepted, tmp_path))
    assert (found["quarantine"].level, found["earlier_quarantine"].level) == (Level.WARNING, Level.FAILURE)


# The rules on records alone, without orders.

END = date(2024, 5, 1)


def record(days: dict[date, Day], **changed: Any) -> Record:
    plain: dict[str, Any] = {
        "generation": 1,
        "data_hash": "0" * 64,
        "rows": sum(day.rows for day in days.values()),
        "quarantined": 0,
        "missing": {"customer_id": 0},
        "weeks": 20,
        "categories": {"countries": {"EIRE": Kind(rows=1_000, weeks=20), "Malta": Kind(rows=3, weeks=2)}},
        "prices": (1.0, 2.0, 4.0),
    }
    return Record(days=days, **plain | changed)


def days_of(rows: list[int]) -> dict[date, Day]:
    """Days that end on `END`, which no comparison looks at."""
    counted = [*rows, 1]
    return {
        END - timedelta(days=len(counted) - 1 - at): Day(rows=n, amount=2.0 * n, gross=2.0 * n)
        for at, n in enumerate(counted)
        if n
    }


def of_days(before: list[int], after: list[int], **limits: float) -> dict[str, Finding]:
    """Compare counts; what is new is not asked for, as the second snapshot ends a day before the first."""
    older = record({day: one for day, one in days_of(after).items() if day < END})
    compared = check_earlier(None, older, record(days_of(before)), Limits(**limits))
    return {finding.check: finding for finding in compared}


COUNTS = st.lists(st.integers(min_value=21, max_value=500), min_size=3, max_size=30)


@settings(max_examples=50, deadline=None)
@given(before=COUNTS, data=st.data())
def test_wherever_a_busy_day_loses_more_than_the_tolerance_it_is_found(before: list[int], data: st.DataObject) -> None:
    # The snapshot's own last day is not compared: it may be under way.
    at = data.draw(st.integers(min_value=0, max_value=len(before) - 2))
    lost = data.draw(st.integers(min_value=before[at] // 20 + 1, max_value=before[at]))
    after = [rows - (lost if here == at else 0) for here, rows in enumerate(before)]
    assert of_days(before, after)["earlier_rows"].level is Level.FAILURE
    assert of_days(before, after, history_tolerance_percent=100)["earlier_rows"].level is Level.WARNING
    assert of_days(before, before)["earlier_rows"].level is Level.OK


def test_many_quiet_days_that_each_lose_a_little_are_judged_together() -> None:
    assert of_days([10] * 30, [9] * 30)["earlier_rows"].level is Level.FAILURE
    assert of_days([10] * 30, [9] + [10] * 29)["earlier_rows"].level is Level.WARNING


def shares(after: Record, new: NewRows, **limits: float) -> dict[str, Finding]:
    before = record(days_of([100] * 100))
    return {finding.check: finding for finding in check_shares(after, before, new, Limits(**limits))}


def new_rows(rows: int = 1_000, weeks: int = 3, countries: tuple[str, ...] = ("EIRE", "Malta")) -> NewRows:
    return NewRows(
        rows=rows, quarantined=0, missing={"customer_id": 0}, weeks=weeks, categories={"countries": set(countries)}
    )


def test_a_value_that_always_was_there_and_is_gone_stops_and_a_rare_one_does_not() -> None:
    same = record(days_of([100] * 100))
    assert shares(same, new_rows())["earlier_countries"].level is Level.OK
    gone = shares(same, new_rows(countries=()))["earlier_countries"]
    assert (gone.level, gone.rows) == (Level.FAILURE, ["EIRE: 1000 rows before"])
    assert shares(same, new_rows(countries=()), history_tolerance_percent=100)["earlier_countries"].level is (
        Level.WARNING
    )
    assert shares(same, new_rows(rows=100, countries=()))["earlier_countries"].level is Level.OK
    assert shares(same, new_rows(weeks=1, countries=()))["earlier_countries"].level is Level.OK
    rare = record(days_of([100] * 100), categories={"countries": {"EIRE": Kind(rows=1_000, weeks=20)}})
    assert shares(rare, new_rows())["earlier_countries"].level is Level.WARNING
    assert shares(record(days_of([100]), categories={"countries": {}}), new_rows(rows=0))["earlier_countries"].rows == [
        "EIRE: 1000 rows before",
        "Malta: 3 rows before",
    ]


@pytest.mark.parametrize(("factor", "level"), [(1.1, Level.OK), (1.5, Level.WARNING), (0.01, Level.FAILURE)])
def test_prices_in_another_unit_stop_also_where_all_of_them_moved(factor: float, level: Level) -> None:
    moved = record(days_of([100] * 100), prices=(factor, 2 * factor, 4 * factor))
    assert shares(moved, new_rows())["earlier_prices"].level is level


def test_a_few_new_rows_say_nothing_of_shares() -> None:
    same = record(days_of([100] * 100))
    few = NewRows(rows=499, quarantined=0, missing={"customer_id": 499}, weeks=1, categories={"countries": {"EIRE"}})
    assert shares(same, few)["earlier_missing_customer_id"].level is Level.OK


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = record(days_of([5, 0, 7]), generation=12)
    write_record(written, tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("00000012-2024-05-01-")
    file.rename(tmp_path / FILE)
    assert read_record(tmp_path) == written


def test_without_a_record_nothing_is_compared(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None
    (tmp_path / FILE).write_text('{"schema": 1, "generation": 0}')
    assert read_record(tmp_path) is None
    assert not is_older(record(days_of([1])), None)
