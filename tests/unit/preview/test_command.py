import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from stacks.settings import Settings
from tests.unit.preview import nasty
from tests.unit.preview.plans import component, document, settings, true_document
from trainyard.cli import preview as command
from trainyard.engine import Engine
from trainyard.errors import TrainyardError
from trainyard.preview import Format
from trainyard.provision import Provision

app = typer.Typer()
command.register(app)


class Scripted(Provision):
    """An environment whose engine answers what a test says."""

    answer = ("", "", 0)
    asked: tuple[str, ...] = ()
    streaming = ""

    def select(self) -> Settings:
        return settings()

    def pulumi(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
        assert capture
        Scripted.asked, Scripted.streaming = arguments, self.environ.get("PULUMI_ENABLE_STREAMING_JSON_PREVIEW", "")
        return subprocess.CompletedProcess(arguments, Scripted.answer[2], *Scripted.answer[:2])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def run(content: Any, *arguments: str, code: int = 0, stderr: str = "") -> Result:
        text = content if isinstance(content, str) else json.dumps(content)
        monkeypatch.setattr(Scripted, "answer", (text, stderr, code))
        environment = Scripted(
            tmp_path, "dev", Engine(tmp_path, "3.259.0", "path"), {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
        )
        monkeypatch.setattr(command, "provision", lambda stack: replace(environment, environment=stack))
        return CliRunner().invoke(app, list(arguments))

    return run


def test_the_engine_is_asked_once_for_everything_and_for_one_document(run: Any) -> None:
    run(nasty.nothing(), "--refresh", "--stack", "dev")
    assert Scripted.asked == ("preview", "--stack", "dev", "--json", "--show-sames", "--non-interactive", "--refresh")
    assert Scripted.streaming == "false"


@pytest.mark.parametrize("format", Format)
def test_standard_output_holds_the_report_and_nothing_else(run: Any, format: Format) -> None:
    done = run(document(component("box")), "--format", format.value)
    assert (done.exit_code, done.stderr) == (0, "Previewing dev …\n")
    starts = {"table": "dev: ", "markdown": "<!-- trainyard-preview:dev -->", "json": "{", "html": "<!doctype html>"}
    assert done.stdout.startswith(starts[format.value])


def test_a_report_in_a_file_leaves_standard_output_empty(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    done = run(document(component("box")), "--format", "json", "--output", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads(file.read_text())["environment"] == "dev"


def test_a_folder_that_is_not_there_is_told_before_the_engine_starts(run: Any, tmp_path: Path) -> None:
    done = run(nasty.nothing(), "--output", str(tmp_path / "none" / "report.md"))
    assert (done.exception.exit_code, "There is no folder" in str(done.exception)) == (2, True)


def test_a_change_that_was_not_expected_fails_after_the_report(run: Any) -> None:
    done = run(nasty.renamed(), "--expect-no-changes", "--format", "markdown")
    assert done.exit_code == 1
    assert done.stdout.startswith("<!-- trainyard-preview:dev -->")
    assert "no changes were expected, and 1 resource would change" in done.stderr


def test_drift_that_would_be_put_back_is_a_change(run: Any) -> None:
    assert run(true_document("drift"), "--refresh", "--expect-no-changes").exit_code == 1


def test_no_change_meets_the_expectation(run: Any) -> None:
    assert run(document(component("box")), "--expect-no-changes").exit_code == 0


def test_a_broken_rule_fails_after_the_report(run: Any) -> None:
    done = run(
        nasty.two_hundred()
        | {"steps": [step for step in nasty.two_hundred()["steps"] if "provider" not in step["urn"]]}
    )
    assert done.exit_code == 1
    assert "rule violation" in done.stdout
    assert "Failed: " in done.stderr


def test_something_protected_is_reported_and_fails(run: Any) -> None:
    done = run(true_document("protected"), code=1)
    assert done.exit_code == 1
    assert done.stdout.startswith("dev: This cannot be applied: deep-kept is protected")
    assert "something protected would be deleted" in done.stderr


def test_a_failing_program_is_one_paragraph_without_traceback_and_machine_paths(run: Any) -> None:
    done = run(true_document("program_error"), code=1)
    assert (type(done.exception), done.stdout) == (TrainyardError, "")
    assert str(done.exception).startswith("The preview of dev failed: The program failed: ValueError: ")
    assert "Traceback" not in str(done.exception)
    assert "/home/ci" not in str(done.exception)


@pytest.mark.parametrize("stdout", ["", "not json", "[]", '{"sequence": 1}'])
def test_an_engine_that_writes_no_plan_is_told_by_what_it_said(run: Any, stdout: str, tmp_path: Path) -> None:
    done = run(stdout, code=6, stderr=f"\x1b[31merror:\x1b[0m no stack named 'x' found in {tmp_path}/state")
    assert str(done.exception) == (
        "The preview of dev failed: no stack named 'x' found in …/state. "
        "Nothing was changed; mend this and preview again."
    )


def test_an_engine_that_fails_silently_is_no_plan(run: Any) -> None:
    assert "ended with 3" in str(run(nasty.nothing(), code=3).exception)


def test_the_help_names_the_exit_codes() -> None:
    text = " ".join(CliRunner().invoke(app, ["--help"]).stdout.split())
    assert "Exit codes: 0 done; 1 a rule is broken" in text
