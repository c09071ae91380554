"""How a model's container is fed: what the request says, else what the container says of itself, else AWS's defaults.

Source: SageMaker AI guide, "Custom Inference Code with Batch Transform", and API reference, CreateTransformJob.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LARGEST_MB = 100
"""Of a payload, and of all payloads that are under way at once."""
_DEFAULT_MB = 6
_TIMEOUT_SECONDS = 600
_RETRIES = 3
_MANY = {"MultiRecord": True, "MULTI_RECORD": True, "SingleRecord": False, "SINGLE_RECORD": False}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Payloads at once, the longest in MB (0: any), if one holds many records, retries, and seconds for an answer."""

    concurrent: int
    payload_mb: int
    many: bool
    retries: int
    timeout_seconds: int

    @property
    def limit_bytes(self) -> int | None:
        """The longest payload, or None for no limit."""
        return self.payload_mb * 1024 * 1024 or None

    @property
    def environment(self) -> dict[str, str]:
        """What a container is told of it."""
        return {
            "SAGEMAKER_BATCH": "true",
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(self.payload_mb),
            "SAGEMAKER_BATCH_STRATEGY": "MULTI_RECORD" if self.many else "SINGLE_RECORD",
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(self.concurrent),
        }


def settings_of(document: Mapping[str, Any], parameters: Mapping[str, Any]) -> Settings:
    """Return the settings of a job.

    Args:
        document: the job.
        parameters: what the container answers to GET /execution-parameters; empty if it does not.
    """
    said = {**parameters, **document}
    client = document.get("ModelClientConfig", {})
    return Settings(
        concurrent=max(1, int(said.get("MaxConcurrentTransforms") or 1)),
        payload_mb=int(said.get("MaxPayloadInMB", _DEFAULT_MB)),
        many=_MANY.get(str(said.get("BatchStrategy", "MultiRecord")), True),
        retries=int(client.get("InvocationsMaxRetries", _RETRIES)),
        timeout_seconds=int(client.get("InvocationsTimeoutInSeconds", _TIMEOUT_SECONDS)),
    )


def read_parameters(body: bytes) -> dict[str, Any]:
    """Return what a container says of itself; what is no JSON object says nothing."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
