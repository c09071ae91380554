import io

from rich.console import Console

from pipelines.execution import watch
from tests.pipelines.scripted import ARN, ScriptedSageMaker, registered, step
from trainyard.cli.pipeline_progress import show_progress


def shown(*, terminal: bool) -> tuple[str, str]:
    script = [
        ("Executing", [step("Ingest", "Executing")]),
        ("Executing", [step("Ingest", "Executing")]),
        ("Succeeded", registered()),
    ]
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    last = show_progress(watch(ARN, ScriptedSageMaker(script), lambda: None), console)
    return console.file.getvalue(), last.status


def test_without_a_terminal_each_change_is_one_plain_line() -> None:
    text, status = shown(terminal=False)
    assert text.splitlines() == [
        "Ingest: Executing",
        "Ingest: Succeeded after 5.0 s",
        "Gate: Succeeded after 2.0 s",
        "Register: Succeeded after 1.0 s",
    ]
    assert status == "Succeeded"


def test_a_terminal_shows_every_step_with_its_seconds() -> None:
    text, status = shown(terminal=True)
    assert status == "Succeeded"
    last_frame = text[text.rindex("run run-1") :]
    for name, took in (("Ingest", "5.0"), ("Gate", "2.0"), ("Register", "1.0")):
        assert name in last_frame
        assert took in last_frame
