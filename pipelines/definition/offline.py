"""The SageMaker SDK kept off the network while it renders.

It asks AWS for a default region, bucket and role where it is given none, and reports its use with the account's id
unless told not to; a session of its own, with everything given, leaves it nothing to ask.
"""

from typing import Any

import boto3
from sagemaker.core.workflow.pipeline_context import PipelineSession

_QUIET: dict[str, Any] = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


def offline_session(*, region: str, bucket: str) -> PipelineSession:
    """Return a session that renders steps of a pipeline and sends nothing.

    Its keys are placeholders on purpose: a call that slipped through would be refused instead of changing anything.
    """
    placeholder = boto3.Session(
        region_name=region, aws_access_key_id="rendering", aws_secret_access_key="sends nothing"
    )
    return PipelineSession(boto_session=placeholder, default_bucket=bucket, sagemaker_config=_QUIET)
