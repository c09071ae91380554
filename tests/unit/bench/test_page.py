import json
from pathlib import Path
from typing import Any

from tests.bench.page import PAGE, filled, summaries

MARKS = "<!-- measured: bench-a -->\nold\n<!-- end of bench-a -->"


def summary(*facts: dict[str, Any]) -> dict[str, Any]:
    machine = {"system": "Linux", "release": "6.1-host", "cores": 2, "memory_gib": 7.8, "python": "3.11.7"}
    return {"facts": list(facts), "machine": machine, "versions": {"trainyard": "1", "boto3": "2", "moto": "3"}}


def fact(value: Any, target: Any = None, met: bool | None = None, unit: str = "") -> dict[str, Any]:
    return {"name": "f", "value": value, "unit": unit, "target": target, "met": met}


def test_what_stands_between_the_marks_is_made_from_the_summary() -> None:
    page = filled(f"before\n{MARKS}\nafter\n", {"bench-a": summary(fact(12345, unit="requests"))})
    assert page.startswith("before\n<!-- measured: bench-a -->\nMeasured on: Linux, 2 cores, 7.8 GiB, Python 3.11.7")
    assert "| `f` | 12,345 requests |  |" in page
    assert page.endswith("<!-- end of bench-a -->\nafter\n")
    assert "old" not in page


def test_a_page_that_was_filled_is_filled_again() -> None:
    once = filled(MARKS, {"bench-a": summary(fact(1))})
    assert filled(once, {"bench-a": summary(fact(2))}) == once.replace("| 1 |", "| 2 |")


def test_a_benchmark_that_was_not_run_keeps_its_figures() -> None:
    assert filled(MARKS, {"bench-b": summary(fact(1))}) == MARKS


def test_targets_say_whether_they_were_met() -> None:
    page = filled(MARKS, {"bench-a": summary(fact(1.25, 1.5, True), fact(3.5, 1.5, False))})
    assert "| 1.25 | 1.5: met |" in page
    assert "| 3.5 | 1.5: **missed** |" in page


def test_counts_by_name_are_told_in_words() -> None:
    page = filled(MARKS, {"bench-a": summary(fact({"canary": 2, "linear": 3}))})
    assert "| canary: 2, linear: 3 |" in page


def test_the_machine_is_described_and_not_named() -> None:
    assert "6.1-host" not in filled(MARKS, {"bench-a": summary(fact(1))})


def test_summaries_are_found_by_their_target(tmp_path: Path) -> None:
    (tmp_path / "bench-a").mkdir()
    (tmp_path / "bench-a" / "summary.json").write_text(json.dumps(summary(fact(1))))
    assert set(summaries(tmp_path)) == {"bench-a"}


def test_the_page_has_marks_for_both_benchmarks_of_releases() -> None:
    page = PAGE.read_text()
    for name in ("bench-release", "bench-faults"):
        assert filled(page, {name: summary(fact("filled"))}).count("| filled |") == 1
