"""What of the DAG needs no Airflow: its description, its folder, and what a task makes of an execution."""

import ast
from pathlib import Path

import pytest

from pipelines.airflow.description import FILE, DagDescription, Pace, describe, read, written
from pipelines.airflow.following import Verdict, judge
from pipelines.airflow.layout import files, lay_out
from pipelines.execution import Log, Progress, StepProgress
from pipelines.rendering import RenderedPipeline
from tests.pipelines import contract


@pytest.fixture
def description(rendered: RenderedPipeline) -> DagDescription:
    return describe(rendered.text, contract.platform(), contract.service(), Pace())


def step(name: str, status: str, failure: str = "") -> StepProgress:
    log = Log(group="/aws/sagemaker/ProcessingJobs", stream_prefix="job/")
    return StepProgress(
        name=name, status=status, started=None, ended=None, failure=failure, resource_arn=f"arn:{name}", log=log
    )


def progress(status: str, *steps: StepProgress) -> Progress:
    return Progress(execution_arn="arn", display_name="run", status=status, failure="why", steps=steps)


def test_a_description_is_read_as_it_was_written(description: DagDescription, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(written([description]))
    assert read(tmp_path / FILE) == [description]
    assert read(tmp_path / "absent.json") == []


def test_a_folder_has_one_dag_a_service_and_every_module_it_imports(
    description: DagDescription, tmp_path: Path
) -> None:
    other = DagDescription(**{**vars(description), "service": "ranker"})
    for each in (description, other, description):
        whole = lay_out(tmp_path, each)
    assert [each.dag_id for each in whole] == ["train-ranker-dev", "train-recommender-dev"]
    assert read(tmp_path / FILE) == whole
    for path in tmp_path.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("pipelines", "stacks")):
                target = tmp_path.joinpath(*node.module.split("."))
                assert target.with_suffix(".py").is_file() or (target / "__init__.py").is_file(), node.module


def test_what_travels_to_airflow_is_no_command_and_no_sagemaker_sdk() -> None:
    names = list(files())
    assert "pipelines/launch.py" in names
    assert not [name for name in names if name.startswith(("pipelines/definition", "trainyard/", "infra/"))]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (progress("Executing"), (Verdict.WAIT, "not started yet")),
        (progress("Executing", step("Train", "Executing")), (Verdict.WAIT, "Executing")),
        (progress("Executing", step("Train", "Succeeded")), (Verdict.DONE, "arn:Train")),
        (progress("Failed", step("Reject", "Failed", "no better")), (Verdict.SKIP, "no better")),
        (
            progress("Failed", step("Train", "Failed", "out of memory")),
            (
                Verdict.FAIL,
                "Train failed: out of memory. Its log: /aws/sagemaker/ProcessingJobs, streams job/*.",
            ),
        ),
        (progress("Stopped"), (Verdict.FAIL, "Train was not reached: the run stopped. why")),
    ],
)
def test_a_task_waits_ends_is_skipped_or_fails_as_its_step_says(found: Progress, expected: tuple[Verdict, str]) -> None:
    assert judge(found, "Train") == expected
