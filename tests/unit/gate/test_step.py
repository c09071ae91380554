import html
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.gate import scenario
from trainyard.gate.__main__ import main

ARGUMENTS = [
    *("--minimum-ratio", "1.01", "--confidence", "0.9", "--maximum-slice-loss", "0.1", "--minimum-map-at-10", "0.05"),
    *("--minimum-coverage", "0.02", "--maximum-latency-ms", "50", "--minimum-slice-customers", "50"),
]


def run(root: Path) -> dict:
    main([*ARGUMENTS, "--root", str(root)])
    return json.loads((root / "output/gate/gate.json").read_text())


def test_a_passing_decision_carries_the_numbers(tmp_path: Path) -> None:
    root = scenario.write(tmp_path, *scenario.evaluation(challenger=0.4, champion=0.3), "3")
    gate = run(root)
    assert gate["passed"] is True
    assert (gate["rule"], gate["reference"]) == ("ratio-to-champion", "champion")
    assert gate["ratio"] == pytest.approx(4 / 3)
    assert gate["interval"] == pytest.approx([0.1, 0.1])
    assert gate["customers"] == scenario.CUSTOMERS


def test_a_first_model_is_read_from_a_null_champion_column(tmp_path: Path) -> None:
    gate = run(scenario.write(tmp_path, *scenario.evaluation(challenger=0.4, champion=None), None))
    assert (gate["passed"], gate["reference"]) == (True, "personal_frequency")


@pytest.mark.parametrize(
    "lost",
    [
        "evaluation/evaluation.json",
        "evaluation/per_customer.parquet",
        "evaluation/tests.json",
        "champion/champion.json",
        "validation/validation.json",
    ],
)
@pytest.mark.parametrize("how", ["missing", "truncated"])
def test_each_lost_file_is_a_rejection_and_not_a_crash(tmp_path: Path, lost: str, how: str) -> None:
    root = scenario.write(tmp_path, *scenario.evaluation(challenger=0.4, champion=0.3), "3")
    file = root / "input" / lost
    file.unlink() if how == "missing" else file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2])
    gate = run(root)
    assert (gate["passed"], gate["rule"]) == (False, "complete-evidence")
    assert file.name in gate["reason"]


def test_a_policy_that_makes_no_sense_ends_the_step_before_any_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*ARGUMENTS[:-1], "0", "--root", str(tmp_path)])
    assert stop.value.code == 2
    assert "minimum_slice_customers must be at least 1" in capsys.readouterr().err
    assert not (tmp_path / "output").exists()


def test_a_page_for_people_lies_beside_every_decision(tmp_path: Path) -> None:
    root = scenario.write(tmp_path, *scenario.evaluation(challenger=0.4, champion=0.3), "3")
    gate = run(root)
    assert gate["reason"].removeprefix("Passed: ") in html.unescape((root / "output/gate/report.html").read_text())


def test_a_page_that_cannot_be_drawn_changes_no_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "trainyard.gate.page", None)
    gate = run(scenario.write(tmp_path, *scenario.evaluation(challenger=0.4, champion=0.3), "3"))
    assert gate["passed"] is True
    assert "report.html could not be drawn: " in capsys.readouterr().out


def test_the_gate_needs_only_what_the_services_image_holds() -> None:
    program = "import sys, trainyard.gate.__main__; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"boto3", "pydantic", "typer", "rich", "stacks", "sagemaker"} & set(loaded)
