"""The training DAG in a real Airflow, of the version of MWAA, against the local cloud: what runs start, retry, skip."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud.testing import CloudUnderTest, running_cloud
from pipelines.airflow.description import Pace, describe
from pipelines.airflow.layout import lay_out
from pipelines.deployment import deploy
from pipelines.launch import Clients
from pipelines.rendering import render_pipeline
from stacks.outputs import platform_parameter, service_parameter
from tests.pipelines import contract
from tests.pipelines.account import Account
from tests.pipelines.local_platform import ORDERS, Platform, push_stand_in
from trainyard.tool_environment import tool_environment

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
DAG = "train-recommender-dev"
STEPS = ("preprocess.ingest", "preprocess.validate", "preprocess.features", "train", "evaluate", "gate", "register")
SNAPSHOTS = {
    "2011-07-30": b"clean, to July 30",
    "2011-07-31": b"clean, to July 31",
    "2011-08-01": b"clean, to August 1",
}
DIRTY = "2011-09-05"
DAYS = ("2011-08-02", "2011-07-31", "2011-08-01", "2011-08-03", "2011-09-06")
"""Two days are made up for; on August 3 nothing is new, and on September 6 the data is bad."""


@dataclass(frozen=True)
class Told:
    """What Airflow made of the days, and what SageMaker ran for them."""

    runs: dict[str, Any]
    graph: dict[str, list[str]]
    executions: list[dict[str, Any]]
    """The oldest first; the first is a person's."""
    log: str

    def tasks(self, day: str) -> dict[str, tuple[str, int]]:
        return {name: (state, tries) for name, (state, tries) in self.runs[day]["tasks"].items()}


def put(account: Account, day: str, content: bytes) -> None:
    account.clients.s3.put_object(Bucket="dev-raw", Key=f"recommender/orders/{day}-x/orders.txt", Body=content)


def airflow(aws: CloudUnderTest, home: Path, *command: str) -> str:
    """Run a command of Airflow's environment and return what it prints."""
    bin_folder = tool_environment(ROOT / "requirements" / "airflow.lock", print)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW_", "PYTHON"))}
    target = {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": f"LKIA{aws.account}",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": aws.region,
    }
    done = subprocess.run(command, env=kept | target, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    home = tmp_path_factory.mktemp("airflow")
    rendered = render_pipeline(contract.platform(), contract.service())
    pace = Pace(retries=1, retry_delay_seconds=0.1, poll_seconds=1.5)
    lay_out(home / "dags", describe(rendered.text, contract.platform(), contract.service(), pace))
    with running_cloud(tmp_path_factory.mktemp("cloud")) as aws:
        names = ("sagemaker", "s3", "ecr", "dynamodb")
        account = Account.fill(Clients(**{name: aws.client(name) for name in names}))
        _environment(aws, account, rendered)
        airflow(aws, home, "airflow", "db", "migrate")
        said = airflow(aws, home, "python", str(Path(__file__).with_name("drive.py")), DAG, *DAYS)
        found = json.loads(next(line for line in said.splitlines() if line.startswith("FOUND "))[6:])
        yield Told(runs=found["runs"], graph=found["graph"], executions=_executions(account), log=said)


def _environment(aws: CloudUnderTest, account: Account, rendered: Any) -> None:
    """Put everything in place that a run needs, and run once by hand: a first run is a person's."""
    push_stand_in(aws)
    clients = account.clients
    deploy(rendered, contract.platform(), contract.service(), sagemaker=clients.sagemaker, s3=clients.s3)
    for name, value in (
        (platform_parameter("dev"), contract.platform()),
        (service_parameter("dev", "recommender"), contract.service()),
    ):
        aws.client("ssm").put_parameter(Name=name, Value=value.model_dump_json(), Type="String")
    assert Platform(account, aws).run(max_depth="5").model_package_arn
    clients.s3.delete_object(Bucket="dev-raw", Key=ORDERS)
    for day, content in SNAPSHOTS.items():
        put(account, day, content)
    put(account, DIRTY, b"dirty")


def _executions(account: Account) -> list[dict[str, Any]]:
    sagemaker = account.clients.sagemaker
    listed = sagemaker.list_pipeline_executions(PipelineName="recommender-dev")["PipelineExecutionSummaries"]
    found = []
    for one in sorted(listed, key=lambda each: each["StartTime"]):
        arn = one["PipelineExecutionArn"]
        given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
        found.append(one | {each["Name"]: each["Value"] for each in given})
    return found


def test_the_graph_is_the_pipelines(told: Told) -> None:
    assert set(told.graph) == {"fetch_data", *STEPS}
    for before, after in zip(("fetch_data", *STEPS), STEPS, strict=False):
        assert before in told.graph[after]


@pytest.mark.parametrize("day", DAYS[:3])
def test_a_day_runs_every_step_and_registers_a_model(told: Told, day: str) -> None:
    assert told.runs[day]["state"] == "success", told.log[-5000:]
    assert told.tasks(day) == dict.fromkeys(("fetch_data", *STEPS), ("success", 1))


def test_each_day_that_is_made_up_for_learns_from_what_was_known_on_it(told: Told) -> None:
    orders = [one["OrdersUri"].split("/")[-2] for one in told.executions[1:4]]
    assert orders == ["2011-08-01-x", "2011-07-30-x", "2011-07-31-x"]
    assert {one["PipelineExecutionStatus"] for one in told.executions[1:4]} == {"Succeeded"}
    assert all(one["StartedBy"].startswith("airflow ") for one in told.executions[1:])


def test_a_day_without_newer_orders_is_skipped_and_starts_nothing(told: Told) -> None:
    assert {state for state, _ in told.tasks("2011-08-03").values()} == {"skipped"}
    assert len(told.executions) == 5


def test_a_failing_step_is_run_again_then_failed_with_its_reason_and_what_comes_after_is_not_run(told: Told) -> None:
    tasks = told.tasks("2011-09-06")
    assert told.runs["2011-09-06"]["state"] == "failed"
    assert tasks["preprocess.validate"] == ("failed", 2)
    assert {tasks[name][0] for name in STEPS[2:]} == {"upstream_failed"}
    assert "SageMaker runs Validate again" in told.log
    assert "row 7 has no price" in told.log
    assert told.executions[-1]["PipelineExecutionStatus"] == "Failed"
