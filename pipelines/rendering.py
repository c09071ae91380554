"""The only door to the SageMaker SDK: a process of its own, that renders a definition and ends.

At import the SDK takes seconds and 250 MB, makes boto3's default session, and looks for credentials up to the
instance metadata service. In a process with placeholders for keys none of that reaches the caller or AWS.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import RenderingFailed
from stacks.outputs import PlatformOutputs, ServiceOutputs

_PLACEHOLDER = "rendering-sends-nothing"


@dataclass(frozen=True)
class RenderedPipeline:
    """A pipeline definition and the hash that names it."""

    text: str

    @property
    def sha256(self) -> str:
        """Content hash of the definition."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def render_pipeline(platform: PlatformOutputs, service: ServiceOutputs) -> RenderedPipeline:
    """Render a service's training pipeline; takes some ten seconds, and sends nothing to AWS.

    Raises:
        RenderingFailed: the SDK is not installed, or refused what it was given.
    """
    outputs = {"platform": platform.model_dump(), "service": service.model_dump()}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pipelines.definition"],
        input=json.dumps(outputs),
        capture_output=True,
        text=True,
        env=_environment(os.environ, platform.region),
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RenderingFailed(
            f"The SageMaker SDK could not render the pipeline: {last}",
            where="python -m pipelines.definition",
            cure="Install what it needs with `uv pip install 'trainyard[pipelines]'`, and try again",
        )
    return RenderedPipeline(done.stdout)


def _environment(inherited: Mapping[str, str], region: str) -> dict[str, str]:
    kept = {name: value for name, value in inherited.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
    return kept | {
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": _PLACEHOLDER,
        "AWS_SECRET_ACCESS_KEY": _PLACEHOLDER,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_VALIDATE_ROLE": "false",
        # Settings of the operator's own machine must not leak into a definition that others share.
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": os.devnull,
        "SAGEMAKER_USER_CONFIG_OVERRIDE": os.devnull,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
