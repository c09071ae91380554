"""The inference id: names one answer in logs, captures and audit records. The caller's, else one of ours."""

import re
import uuid

HEADER = "x-amzn-sagemaker-inference-id"
ALLOWED = re.compile(r"[\x21-\x7e]{1,64}")
"""SageMaker's limit, without spaces and control characters: the id goes back in a header."""


def inference_id(given: str | None) -> str:
    """Return the caller's id where it is fit to be one, else a new one."""
    return given if given is not None and ALLOWED.fullmatch(given) else str(uuid.uuid4())
