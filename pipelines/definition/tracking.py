"""What a run's jobs are told so that they can record it: the tracker, the run's name, and what it was made from."""

# The SDK's variables pass for the strings that they become when a job starts.
# pyright: reportArgumentType=false

from collections.abc import Mapping
from typing import Any

from sagemaker.core.workflow.parameters import ParameterString

from pipelines.parameters import CODE_COMMIT, IMAGE_URI, ORDERS_URI, RUN
from stacks.outputs import PlatformOutputs, ServiceOutputs


def tracking_environment(
    platform: PlatformOutputs, service: ServiceOutputs, given: Mapping[str, ParameterString]
) -> dict[str, Any]:
    """Return the environment of every job of a run; empty where nobody is to be told."""
    if not platform.tracking_uri:
        return {}
    return {
        "MLFLOW_TRACKING_URI": platform.tracking_uri,
        "TRACKING_EXPERIMENT": service.pipeline_name,
        "TRACKING_RUN": given[RUN],
        "TRACKING_CODE_COMMIT": given[CODE_COMMIT],
        "TRACKING_IMAGE": given[IMAGE_URI],
        "TRACKING_ORDERS_URI": given[ORDERS_URI],
    }
