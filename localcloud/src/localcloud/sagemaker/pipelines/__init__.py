"""Pipelines: definitions that are checked, and executions that are interpreted step by step."""

from functools import partial

from localcloud.cloud import Cloud
from localcloud.sagemaker.pipelines import execution_operations, operations
from localcloud.sagemaker.pipelines.execution import drive, wake_at_shutdown
from localcloud.sagemaker.pipelines.record import EXECUTION, Record

__all__ = ["execution_operations", "operations", "start"]

_ENDED = ("Succeeded", "Failed", "Stopped")


def start(cloud: Cloud) -> None:
    """Carry on every execution that ran when the cloud was last stopped; steps that were running start again."""
    cloud.spawn(partial(wake_at_shutdown, cloud), "pipelines-shutdown")
    for scope, name, document in cloud.store.scan(EXECUTION):
        record = Record(cloud, scope, name)
        if document["PipelineExecutionStatus"] == "Stopping":
            record.set_status("Stopped")
        elif document["PipelineExecutionStatus"] == "Executing":
            record.drop_steps({step for step, state in record.steps.items() if state["StepStatus"] not in _ENDED})
            drive(record)
