import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tests.pipelines.scripted import ARN, PACKAGE, OneObject, ScriptedSageMaker, registered, rejected
from trainyard.cli import batch, data, image, model, pipeline, shadow
from trainyard.errors import GateRejected, TrainyardError, UsageError

GATE = {"passed": True, "rule": "ratio-to-champion", "reason": "Passed: better.", "challenger_map_at_10": 0.31}


def run(group: typer.Typer, *arguments: str):
    return CliRunner().invoke(group, arguments)


def follow(monkeypatch: pytest.MonkeyPatch, status: str, steps: list[dict[str, Any]], *arguments: str):
    clients = {"sagemaker": ScriptedSageMaker([("Executing", steps[:1]), (status, steps)]), "s3": OneObject(GATE)}
    monkeypatch.setattr(pipeline, "aws", SimpleNamespace(client=lambda service, region: clients[service]))
    monkeypatch.setattr(pipeline.time, "sleep", lambda seconds: None)
    return run(pipeline.app, "follow", ARN, *arguments)


@pytest.mark.parametrize("group", [batch, data, image, model, pipeline, shadow])
def test_every_command_and_every_option_explains_itself(group: Any) -> None:
    command = typer.main.get_command(group.app)
    assert command.help
    for name, one in command.commands.items():
        assert one.help, name
        for parameter in one.params:
            assert getattr(parameter, "help", None), f"{name}: {parameter.name}"


def test_a_model_that_was_registered_is_shown_with_its_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    result = follow(monkeypatch, "Succeeded", registered())
    assert result.exit_code == 0
    assert "Registered version 1, PendingManualApproval. Passed: better." in result.output
    assert "0.31" in result.output
    assert "Ingest: Succeeded after 5.0 s" in result.stderr


def test_programs_get_one_json_document_and_progress_apart_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    result = follow(monkeypatch, "Succeeded", registered(), "--json")
    document = json.loads(result.stdout)
    assert (document["outcome"], document["version"], document["model_package_arn"]) == ("registered", 1, PACKAGE)
    assert document["gate"] == GATE
    assert document["steps"][0] == {"name": "Ingest", "status": "Succeeded", "seconds": 5.0, "failure": ""}


def test_a_rejection_ends_the_command_with_3_after_the_json(monkeypatch: pytest.MonkeyPatch) -> None:
    result = follow(monkeypatch, "Failed", rejected(), "--json")
    assert isinstance(result.exception, GateRejected)
    assert json.loads(result.stdout)["outcome"] == "rejected"


def test_ctrl_c_stops_following_and_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    clients = {"sagemaker": ScriptedSageMaker([("Executing", [])]), "s3": None}
    monkeypatch.setattr(pipeline, "aws", SimpleNamespace(client=lambda service, region: clients[service]))
    monkeypatch.setattr(pipeline.time, "sleep", interrupt)
    result = run(pipeline.app, "follow", ARN)
    assert result.exit_code == 130
    assert f"the run goes on. Again: trainyard pipeline follow {ARN}" in result.stderr


@pytest.mark.parametrize(
    ("group", "arguments", "message"),
    [
        (pipeline, ["follow", "run-1"], "'run-1' is not the ARN of a pipeline execution"),
        (pipeline, ["run", "recommender"], "Say which orders to train on, once"),
        (pipeline, ["run", "recommender", "--latest", "--orders", "s3://b/k"], "Say which orders to train on, once"),
        (pipeline, ["run", "recommender", "--latest", "--set", "max_depth"], "'max_depth' sets nothing"),
        (data, ["check", "nothing.parquet"], "There is no file nothing.parquet"),
        (data, ["import", "recommender", "nothing.parquet"], "There is no file nothing.parquet"),
    ],
)
def test_wrong_input_is_refused_before_aws_is_asked(
    monkeypatch: pytest.MonkeyPatch, group: Any, arguments: list[str], message: str
) -> None:
    monkeypatch.setattr("trainyard.aws.client", lambda *_: pytest.fail("AWS was asked"))
    result = run(group.app, *arguments)
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)


@pytest.mark.parametrize("text", ["python", '"python"', "[]", "[1]", '{"a": 1}'])
def test_an_entrypoint_that_is_no_list_of_strings_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="must be a JSON list of strings"):
        image._vector(text)


def test_no_region_is_one_clear_paragraph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    result = run(model.app, "list", "recommender")
    assert isinstance(result.exception, TrainyardError)
    assert "No AWS region is set" in str(result.exception)
