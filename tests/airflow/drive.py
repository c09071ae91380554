"""Runs a DAG in Airflow's own environment, for one day after the other, and prints what became of each task as JSON."""

import json
import os
import sys
from datetime import UTC, datetime

from airflow.dag_processing.dagbag import DagBag


def main(dag_id: str, days: list[str]) -> None:
    folder = os.environ["AIRFLOW__CORE__DAGS_FOLDER"]
    sys.path.insert(0, folder)  # as every component of Airflow has it
    bag = DagBag(folder)
    assert not bag.import_errors, bag.import_errors
    dag = bag.dags[dag_id]
    found = {}
    for day in days:
        run = dag.test(logical_date=datetime.fromisoformat(day).replace(tzinfo=UTC))
        tasks = {task.task_id: [task.state, task.try_number] for task in run.get_task_instances()}
        found[day] = {"state": run.state, "tasks": tasks}
    graph = {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks}
    print("FOUND " + json.dumps({"runs": found, "graph": graph}))


main(sys.argv[1], sys.argv[2:])
