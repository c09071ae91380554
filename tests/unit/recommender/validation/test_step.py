import hashlib
import json
from pathlib import Path
from typing import Any, get_args

import pyarrow.parquet as parquet
import pytest

from recommender.container import Container
from recommender.orders import SCHEMA
from recommender.validation.group_rules import group_rules
from recommender.validation.line_rules import line_rules
from stacks.settings.validation import QuarantineReason
from tests.unit.recommender.synthetic import Run, order_table, run_step
from tests.unit.recommender.validation.orders import NOW, Line, lay_snapshot, steady

OLD = ("--maximum-age-days", "0")


def validated(folder: Path, lines: list[Line], *arguments: str) -> tuple[int, Container]:
    container = Container(root=folder)
    lay_snapshot(container, order_table(*lines))
    return run_step(container, "validate", *arguments), container


def evidence(container: Container) -> dict[str, Any]:
    return json.loads((container.processing_output("report") / "validation.json").read_text())


def test_bad_rows_are_set_apart_with_all_reasons_and_the_others_go_on_in_order(tmp_path: Path) -> None:
    lines = steady()
    lines[7] |= {"quantity": 0, "country": None}
    lines[9] |= {"unit_price": None}
    code, container = validated(tmp_path, lines)
    assert code == 0
    apart = parquet.read_table(container.processing_output("report") / "quarantine.parquet").to_pylist()
    assert [(line["row"], line["reasons"]) for line in apart] == [
        (8, ["country_missing", "quantity_zero"]),
        (10, ["price_missing"]),
    ]
    assert apart[0]["invoice_no"] == "500007"
    kept = parquet.read_table(container.processing_output("validated") / "orders.parquet")
    assert kept.schema == SCHEMA
    assert kept["invoice_no"].to_pylist() == [line["invoice_no"] for at, line in enumerate(lines) if at not in (7, 9)]


def test_the_evidence_says_what_passed_and_names_both_hashes(tmp_path: Path) -> None:
    lines = steady()
    lines[7] |= {"quantity": 0, "country": None}
    _, container = validated(tmp_path, lines)
    found = evidence(container)
    orders = (container.processing_output("validated") / "orders.parquet").read_bytes()
    assert set(found) == {
        *("schema", "passed", "rows", "quarantined", "reasons", "checks", "data_hash", "validated_hash")
    }
    assert (found["schema"], found["passed"], found["rows"], found["quarantined"]) == (1, True, 10_800, 1)
    assert found["reasons"] == {"country_missing": 1, "quantity_zero": 1}
    assert (found["data_hash"], found["validated_hash"]) == ("0" * 64, hashlib.sha256(orders).hexdigest())
    assert {"name": "volume_days", "passed": True, "detail": "180 days; at least 120 are needed"} in found["checks"]


def test_the_validated_snapshot_keeps_the_datas_identity_and_describes_what_is_left(tmp_path: Path) -> None:
    lines = steady()
    lines[-1] |= {"invoice_date": lines[-1]["invoice_date"].replace(year=2090)}
    _, container = validated(tmp_path, lines)
    snapshot = json.loads((container.processing_output("validated") / "snapshot.json").read_text())
    assert (snapshot["data_hash"], snapshot["rows"], snapshot["quarantined"]) == ("0" * 64, 10_799, 1)
    assert snapshot["last_order"] == "2024-06-28T09:00:00"
    assert snapshot["validated_hash"] == evidence(container)["validated_hash"]


def test_the_same_snapshot_gives_the_same_bytes(tmp_path: Path) -> None:
    hashes = [evidence(validated(tmp_path / name, steady())[1])["validated_hash"] for name in "ab"]
    assert hashes[0] == hashes[1]


def test_a_failed_check_stops_the_run_names_rows_hands_nothing_on_and_still_leaves_the_report(tmp_path: Path) -> None:
    code, container = validated(
        tmp_path, [*steady(), steady()[0] | {"quantity": 999_999}], "--maximum-quarantined-percent", "0"
    )
    assert code == 1
    reason = (tmp_path / "output" / "message").read_text()
    assert "1 of 10801 rows (at most 0 % may be)" in reason
    assert "row 10801 (invoice 500000, stock code 20000): quantity = 999999" in reason
    assert not (tmp_path / "processing" / "output" / "validated").exists()
    report = container.processing_output("report")
    assert (evidence(container)["passed"], evidence(container)["validated_hash"]) == (False, None)
    assert "Refused" in (report / "validation.html").read_text()
    assert parquet.read_table(report / "quarantine.parquet").num_rows == 1


def test_a_limit_of_a_reason_stops_the_run(tmp_path: Path) -> None:
    lines = [*steady(), steady()[0] | {"quantity": 0}]
    assert validated(tmp_path / "a", lines, "--maximum-percent-of", "quantity_zero=0")[0] == 1
    assert validated(tmp_path / "b", lines, "--maximum-percent-of", "quantity_zero=0.1")[0] == 0


def test_a_limit_of_an_unknown_reason_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    assert validated(tmp_path, steady(2, 2), "--maximum-percent-of", "price_jumps=1")[0] == 1
    reason = (tmp_path / "output" / "message").read_text()
    assert reason.startswith("no rule gives the reason price_jumps; reasons are amount_out_of_range, ")


def test_stack_files_may_limit_exactly_the_reasons_that_there_are() -> None:
    assert get_args(QuarantineReason) == tuple(rule.reason for rule in (*line_rules(NOW), *group_rules()))


def test_simulated_orders_pass_and_none_is_set_apart(run: Run) -> None:
    found = run.read("validate", "report", "validation.json")
    assert (found["passed"], found["quarantined"]) == (True, 0)


@pytest.mark.parametrize("file", ["validation.json", "report.json"])
def test_what_programs_read_is_plain_json(file: str, tmp_path: Path) -> None:
    lines = steady()
    lines[3] |= {"unit_price": float("nan")}
    lines[4] |= {"unit_price": float("inf")}
    _, container = validated(tmp_path, lines)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    json.loads((container.processing_output("report") / file).read_text(), parse_constant=refuse)
