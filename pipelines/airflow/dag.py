"""A training DAG from its description: fetch_data, then a task a step. Runs in Airflow's environment."""

# pyright: reportMissingImports=false

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, TaskGroup, timezone

from pipelines.airflow.description import DagDescription
from pipelines.airflow.tasks import FetchData, FollowStep
from pipelines.graph import GraphStep

_SINCE = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Before all orders, so that any day can be made up for."""
_DOC = """Trains and judges **{service}** in {environment}: the deployed pipeline's steps, run by SageMaker.

The run of a day learns from the orders up to the day before. Nothing new: skipped. Rejected by the gate: `register` is
skipped, with the reason in its log. Clearing a failed task has SageMaker run its step again.
"""


def training_dag(description: DagDescription) -> Any:
    """Return the DAG of a service."""
    pace = description.pace
    with DAG(
        dag_id=description.dag_id,
        schedule=pace.schedule,
        start_date=_SINCE,
        catchup=False,
        max_active_runs=1,
        params={"again": Param(False, type="boolean", description="Run on orders that a run has seen.")},
        default_args={
            "owner": ", ".join(description.owners),
            "retries": pace.retries,
            "retry_delay": timedelta(seconds=pace.retry_delay_seconds),
        },
        doc_md=_DOC.format(service=description.service, environment=description.environment),
        tags=["trainyard", description.environment],
    ) as dag:
        fetch = FetchData(
            task_id="fetch_data",
            environment=description.environment,
            service=description.service,
            region=description.region,
        )
        _follow(description, fetch)
    return dag


def _follow(description: DagDescription, fetch: Any) -> None:
    """Declare a task for each step; those before training are shown as one: preprocess."""
    tasks: dict[str, Any] = {}
    preprocess = TaskGroup("preprocess")
    before = preparing(description.steps)
    for step in description.steps:
        task = FollowStep(
            task_id=step.name.lower(),
            step=step.name,
            execution=fetch.output,
            region=description.region,
            poll_seconds=description.pace.poll_seconds,
            doc=step.description,
            task_group=preprocess if step.name in before else None,
        )
        for earlier in step.after:
            tasks[earlier].set_downstream(task)
        if not step.after:
            fetch.set_downstream(task)
        tasks[step.name] = task


def preparing(steps: tuple[GraphStep, ...]) -> set[str]:
    """Return the names of the steps that come before training."""
    by_name = {step.name: step for step in steps}
    waiting = [name for step in steps if step.kind == "Training" for name in step.after]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting += by_name[name].after
    return found
