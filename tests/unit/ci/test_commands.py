import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.unit.ci.github_server import GitHub
from trainyard.ci import images
from trainyard.ci import preview as previews
from trainyard.ci.comment import marker, untouched
from trainyard.cli import ci
from trainyard.errors import UsageError

REPORT = f"{marker('dev')}\n## dev: nothing changes\n"


@pytest.fixture
def job(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job of pull request 7 on a checkout with three environments."""
    for name in ("dev", "staging", "prod"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text("config: {}\n")
    (tmp_path / "Pulumi.yaml").write_text("name: trainyard\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "settings").mkdir()
    event = {"pull_request": {"number": 7, "base": {"sha": "b" * 40}, "head": {"sha": "a" * 40}}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    variables = {
        "TRAINYARD_PROJECT": tmp_path,
        "GITHUB_EVENT_PATH": tmp_path / "event.json",
        "GITHUB_REPOSITORY": "shop/platform",
        "GITHUB_STEP_SUMMARY": tmp_path / "summary.md",
        "GITHUB_OUTPUT": tmp_path / "output",
        **github.environ(),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(ci.app, arguments)


def changes(monkeypatch: pytest.MonkeyPatch, *paths: str) -> None:
    def changed(project: Path, base: str) -> list[str]:
        assert base == "b" * 40
        return list(paths)

    monkeypatch.setattr(ci, "changed_paths", changed)


def test_every_command_and_every_option_explains_itself() -> None:
    command = typer.main.get_command(ci.app)
    for name, one in command.commands.items():  # type: ignore[attr-defined]
        assert one.help, name
        for parameter in one.params:
            assert getattr(parameter, "help", None), f"{name}: {parameter.name}"


def test_touched_environments_become_a_matrix(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes(monkeypatch, "Pulumi.prod.yaml", "Pulumi.dev.yaml")
    assert run("touched").output == "dev\nprod\n"
    assert json.loads(run("touched", "--json").output) == ["dev", "prod"]
    assert (job / "output").read_text() == 'environments=["dev", "prod"]\n' * 2


def test_outside_a_pull_request_the_base_must_be_named(job: Path) -> None:
    (job / "event.json").write_text("{}")
    assert isinstance(run("touched").exception, UsageError)
    assert "--base origin/main" in str(run("touched").exception)


def test_comments_of_untouched_environments_are_withdrawn(
    github: GitHub, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.add(REPORT)
    github.add(REPORT.replace("dev", "staging"))
    changes(monkeypatch, "Pulumi.staging.yaml")
    assert run("withdraw").output == "dev is not touched any more: its comment says so\n"
    assert github.bodies() == [untouched("dev", "a" * 40), REPORT.replace("dev", "staging")]


def test_a_file_becomes_the_comment_of_the_job_s_pull_request(github: GitHub, job: Path) -> None:
    (job / "preview.md").write_text(REPORT)
    assert run("comment", "--environment", "dev", "--file", str(job / "preview.md")).output == "https://x/1\n"
    assert github.bodies() == [REPORT]


def test_a_named_pull_request_is_preferred(github: GitHub, job: Path) -> None:
    (job / "preview.md").write_text(REPORT)
    arguments = ["comment", "--environment", "dev", "--file", str(job / "preview.md"), "--pull-request", "8"]
    assert "404" in str(run(*arguments).exception)


def test_a_missing_file_and_a_missing_pull_request_are_refused(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no file nothing.md" in str(
        run("comment", "--environment", "dev", "--file", "nothing.md").exception
    )
    (job / "preview.md").write_text(REPORT)
    (job / "event.json").write_text("{}")
    missing = run("comment", "--environment", "dev", "--file", str(job / "preview.md")).exception
    assert "not said which pull request is meant" in str(missing)


def fake_preview(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a command in the place of `trainyard`, so that no engine is needed."""
    command = folder / "trainyard"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setattr(previews, "COMMAND", str(command))


def test_a_broken_rule_reaches_reviewers_and_then_fails_the_job(
    github: GitHub, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_preview(job, monkeypatch, f"printf '%s\\n' '{marker('dev')}' '## a rule is broken'; echo log >&2; exit 1")
    result = run("preview", "--stack", "dev")
    assert result.exit_code == 1
    assert github.bodies() == [f"{marker('dev')}\n## a rule is broken\n"]
    assert (job / "build" / "preview" / "dev.md").read_text() == github.bodies()[0]
    assert (job / "summary.md").read_text() == github.bodies()[0] + "\n"
    assert "log" in result.stderr


def test_the_preview_gets_its_options_and_never_the_token(
    github: GitHub, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_preview(job, monkeypatch, f"echo '{marker('prod')}'; echo \"$@ token=$GITHUB_TOKEN\"")
    assert run("preview", "--stack", "prod", "--refresh", "--expect-no-changes").exit_code == 0
    assert "preview --stack prod --format markdown --refresh --expect-no-changes token=\n" in github.bodies()[0]


def test_without_a_pull_request_the_report_is_a_file_and_a_summary(
    github: GitHub, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job / "event.json").write_text("{}")
    fake_preview(job, monkeypatch, f"echo '{marker('dev')}'")
    result = run("preview", "--stack", "dev", "--file", str(job / "dev.md"))
    assert "comment: none" in result.output
    assert (job / "dev.md").read_text() == f"{marker('dev')}\n"
    assert github.bodies() == []


def test_an_unknown_environment_is_refused_before_a_preview_runs(job: Path) -> None:
    assert "no environment 'qa'; there are: dev, staging, prod" in str(run("preview", "--stack", "qa").exception)


@pytest.mark.parametrize(("newest", "code"), [("a" * 40, 0), ("c" * 40, 1)])
def test_a_run_that_was_overtaken_changes_nothing(
    github: GitHub, job: Path, monkeypatch: pytest.MonkeyPatch, newest: str, code: int
) -> None:
    monkeypatch.setenv("GITHUB_REF_NAME", "main")
    monkeypatch.setenv("GITHUB_SHA", "a" * 40)
    github.newest = newest
    result = run("newest")
    assert result.exit_code == code
    assert (code == 0) == (result.exception is None)
    if code:
        assert "main has moved on from aaaaaaaaaa to cccccccccc" in str(result.exception)


def test_a_built_image_is_handed_to_the_scanner(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = json.dumps({"builder": "docker", "images": [{"name": "localhost/x:serving-1", "sbom": "/b/serving.json"}]})
    (job / "trainyard").write_text(
        f"#!/bin/sh\n[ \"$*\" = 'image build shop --kind serving --json' ] && echo '{rows}'\n"
    )
    (job / "trainyard").chmod(0o755)
    monkeypatch.setattr(images, "COMMAND", str(job / "trainyard"))
    assert run("image", "shop", "--kind", "serving").exit_code == 0
    assert (job / "output").read_text() == "image=localhost/x:serving-1\nsbom=/b/serving.json\n"
    assert "ended with 1" in str(run("image", "shop", "--kind", "training").exception)
