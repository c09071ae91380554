"""Where a function runs: what its environment variables say."""

import json
import os
from collections.abc import Sequence

from trainyard import aws
from trainyard.environment import Environment

ENVIRONMENT = "TRAINYARD_ENVIRONMENT"
"""Name of the environment whose outputs the function reads."""
APPROVERS = "TRAINYARD_APPROVERS"
"""ARNs of those who may approve, as a JSON list; empty leaves it to the account's IAM policies."""


def environment() -> Environment:
    """Return the environment that the function belongs to, as its outputs are now."""
    return Environment.load(os.environ[ENVIRONMENT], aws.client("ssm"))


def approvers() -> Sequence[str]:
    """Return the ARNs of those who may approve."""
    return tuple(json.loads(os.environ[APPROVERS]))
