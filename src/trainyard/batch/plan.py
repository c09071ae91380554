"""What a batch wants, and the names that follow from it. Pure.

The same list, version, model and number of products have the same names, so a second run finds what the first began.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trainyard.batch.customers import Customers
from trainyard.release.plan import NAME_LIMIT, Container, Fleet

MAKER = "trainyard-batch"
_ATTEMPTS = 3
"""Digits that a job's name has room for."""


@dataclass(frozen=True, kw_only=True)
class BatchPlan:
    """Customers to score with one version."""

    environment: str
    service: str
    account: str
    endpoint_name: str
    """Whose version it is; nothing is asked of the endpoint."""
    version: str
    model_package_arn: str
    container: Container
    fleet: Fleet
    """What the model takes from the service's dials: environment, role, network, key."""
    instance_type: str
    customers: Customers
    k: int
    """Products a customer."""
    home: str
    """Address of the folder that the jobs' folders are in."""

    @cached_property
    def model_name(self) -> str:
        """Return the name of the SageMaker model; releases have their own, which they delete when they retire it."""
        content = {
            "image": self.container.image,
            "archive": self.container.model_data_url,
            "environment": {**self.container.environment, **self.fleet.environment},
            "role": self.fleet.execution_role_arn,
            "network": [*self.fleet.subnet_ids, self.fleet.security_group_id],
            "version": self.version,
        }
        return f"{self._prefix}-{_digest(content)}"

    @cached_property
    def digest(self) -> str:
        """Return ten hex digits of what is asked, of which model, and where the answers go."""
        asked = {"customers": self.customers.sha256, "k": self.k, "model": self.model_name, "home": self.home}
        return _digest(asked)

    def job(self, attempt: int) -> "JobPlan":
        """Return the names of an attempt, the first of which is 1."""
        name = f"{self._prefix}-{self.digest}-{attempt}"
        return JobPlan(name=name, folder=f"{self.home}/{name}", attempt=attempt)

    @property
    def too_long(self) -> str:
        """Return what speaks against the names, or nothing."""
        longest = len(self.job(1).name) + _ATTEMPTS - 1
        return (
            "" if longest <= NAME_LIMIT else f"Names of its jobs have {longest} characters, and may have {NAME_LIMIT}"
        )

    @property
    def _prefix(self) -> str:
        return f"{self.endpoint_name}-batch-{self.version}"


@dataclass(frozen=True, kw_only=True)
class JobPlan:
    """One attempt: the job's name and its folder in S3.

    What is asked lies beside the list in `input/`, alone under its address: SageMaker reads everything that begins
    with it (API reference, S3DataSource). The answers take its name with `.out`.
    """

    name: str
    folder: str
    attempt: int

    @property
    def list_uri(self) -> str:
        """Return the address of the list's copy."""
        return f"{self.folder}/input/customers.csv"

    @property
    def requests_uri(self) -> str:
        """Return the address of the requests."""
        return f"{self.folder}/input/requests.jsonl"

    @property
    def output_folder(self) -> str:
        """Return the address of the folder that SageMaker writes into."""
        return f"{self.folder}/output"

    @property
    def output_uri(self) -> str:
        """Return the address of the answers."""
        return f"{self.output_folder}/requests.jsonl.out"

    @property
    def manifest_uri(self) -> str:
        """Return the address of the manifest, beside the answers."""
        return f"{self.output_folder}/manifest.json"


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]
