import json

import pytest

from recommender.container import Container
from recommender.validation.charts import weekly_chart
from recommender.validation.report import render_report
from tests.unit.recommender.synthetic import order_table, run_step
from tests.unit.recommender.validation.orders import lay_snapshot, steady

NASTY = "<script>alert('mug')</script>"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    container = Container(root=tmp_path_factory.mktemp("report"))
    lines = steady()
    lines[5] |= {"description": NASTY, "quantity": 0, "country": NASTY}
    lines[6] |= {"invoice_no": NASTY, "stock_code": f'"{NASTY}'}
    lay_snapshot(container, order_table(*lines))
    assert run_step(container, "validate") == 0
    return (container.processing_output("report") / "validation.html").read_text()


def test_what_the_orders_say_is_shown_and_never_run(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;mug&#39;)&lt;/script&gt;" in page


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    assert "default-src 'none'" in page
    for request in ("http:", "https:", "src=", "url(", "@import", "<link"):
        assert request not in page


def test_the_page_shows_verdict_reasons_examples_columns_and_both_colour_schemes(page: str) -> None:
    for shown in ("Accepted", "invoice malformed", "quantity zero", "The line moves nothing", "scheme:dark"):
        assert shown in page
    assert page.count("<rect class='bar") == 26
    assert "unit_price" in page


def test_the_chart_marks_weeks_outside_of_their_band() -> None:
    week = {"first_day": "2024-01-01", "rows": 900, "expected": 100.0, "low": 60.0, "high": 160.0, "strange": True}
    drawn = weekly_chart([week])
    assert "class='bar strange'" in drawn
    assert "Week from 2024-01-01: 900 rows, 60 to 160 expected" in drawn


def test_a_snapshot_without_dates_and_without_findings_still_has_a_page() -> None:
    evidence = {"passed": False, "rows": 0, "quarantined": 0, "reasons": {}, "validated_hash": None}
    details = {"evidence": evidence, "findings": [], "quarantine": [], "weeks": [], "columns": [], "earlier": None}
    html = render_report(json.loads(json.dumps(details)) | {"snapshot": {"last_order": "never"}})
    assert "No dates." in html
    assert "Refused" in html


def test_nothing_of_the_page_is_left_unclosed(page: str) -> None:
    assert page.count("<table>") == page.count("</table>")
    assert page.count("<details") == page.count("</details>")
