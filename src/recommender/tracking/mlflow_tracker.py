"""MLflow: a server's address, or the ARN of SageMaker's managed app (its plugin signs the calls)."""

import logging
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REQUEST_SECONDS, RETRIES = 10, 1
"""Of one call. MLflow's own are 120 seconds and seven retries: an hour before a dead server is given up on."""

_BATCH = 1000
"""Metrics that one call may carry (MLflow's REST API, log-batch); parameters: a hundred."""
_PARAMETERS, _TEXT, _DIGEST = 100, 6000, 36
"""Parameters a call, characters of a parameter's value and of a dataset's digest, at most."""


def served_version(address: str) -> str:
    """Return the version that a server says it is of; nothing where what stands before it does not let that through."""
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/version", timeout=REQUEST_SECONDS) as answer:
            return answer.read(64).decode().strip()
    except urllib.error.HTTPError:
        return ""


def app_version(arn: str) -> str:
    """Return the version that an app of SageMaker is of; nothing where it cannot be asked."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    once = Config(
        connect_timeout=REQUEST_SECONDS, read_timeout=REQUEST_SECONDS, retries={"total_max_attempts": RETRIES}
    )
    try:
        sagemaker: Any = boto3.client("sagemaker", region_name=arn.split(":")[3], config=once)
        return sagemaker.describe_mlflow_app(Arn=arn).get("MlflowVersion", "")
    except (BotoCoreError, ClientError):
        return ""


def mismatch(server: str, client: str) -> str:
    """Return a line for the log where client and server are not of the same minor version, else nothing."""
    if not server or server.split(".")[:2] == client.split(".")[:2]:
        return ""
    return (
        f"tracking: the MLflow server is of version {server}, this image's client of {client}: calls may be refused. "
        "Pin mlflow-skinny in requirements/training.in to the server's minor version, or bring the server to the "
        "client's\n"
    )


class MlflowRun:
    """A run of an MLflow server."""

    def __init__(self, client: Any, run_id: str) -> None:
        self._client = client
        self._id = run_id
        self._metrics: list[Any] = []

    def parameters(self, values: Mapping[str, str]) -> None:
        """Send parameters."""
        from mlflow.entities import Param

        parameters = [Param(name, value[:_TEXT]) for name, value in values.items()]
        for first in range(0, len(parameters), _PARAMETERS):
            self._client.log_batch(self._id, params=parameters[first : first + _PARAMETERS])

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Gather numbers; they are sent together when the run closes."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self._metrics += [Metric(name, float(value), now, step) for name, value in values.items()]

    def artifact(self, path: Path) -> None:
        """Send a file."""
        self._client.log_artifact(self._id, str(path))

    def dataset(self, name: str, digest: str, source: str) -> None:
        """Record a dataset; MLflow keeps 36 characters of a digest, so the whole is a tag too."""
        from mlflow.entities import Dataset, DatasetInput

        data = Dataset(name=name, digest=digest[:_DIGEST], source_type="external", source=source)
        self._client.log_inputs(self._id, datasets=[DatasetInput(dataset=data)])
        self._client.set_tag(self._id, "data_hash", digest)

    def flush(self) -> None:
        """Send the gathered numbers."""
        for first in range(0, len(self._metrics), _BATCH):
            self._client.log_batch(self._id, metrics=self._metrics[first : first + _BATCH])


class MlflowTracker:
    """An MLflow server; a step's run is found again by its name."""

    def __init__(self, uri: str, experiment: str) -> None:
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", str(REQUEST_SECONDS))
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", str(RETRIES))
        # The plugin for ARNs asks the module, not the client, where the server is.
        import mlflow
        from mlflow.tracking import MlflowClient

        mlflow.set_tracking_uri(uri)
        if not uri.startswith("arn:"):  # where that plugin is installed, it warns of every call that is not for it
            logging.getLogger("mlflow.tracking.request_header.registry").setLevel(logging.ERROR)
        self.address = uri
        self._experiment = experiment
        self._client: Any = MlflowClient(tracking_uri=uri)
        self._version: str = mlflow.__version__

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str]) -> Generator[MlflowRun, None, None]:
        """Open the run of this name and mark it finished when the block ends well."""
        from mlflow.entities import RunTag

        served = app_version(self.address) if self.address.startswith("arn:") else served_version(self.address)
        print(mismatch(served, self._version), end="", file=sys.stderr, flush=True)
        found = self._found(name) or self._created(name)
        self._client.log_batch(found, tags=[RunTag(tag, value) for tag, value in tags.items()])
        run = MlflowRun(self._client, found)
        yield run
        run.flush()
        self._client.set_terminated(found, "FINISHED")

    def _found(self, name: str) -> str | None:
        quoted = name.replace("'", "")
        runs = self._client.search_runs(
            [self._experiment_id()], filter_string=f"attributes.run_name = '{quoted}'", max_results=1
        )
        return runs[0].info.run_id if runs else None

    def _created(self, name: str) -> str:
        return self._client.create_run(self._experiment_id(), run_name=name).info.run_id

    def _experiment_id(self) -> str:
        found = self._client.get_experiment_by_name(self._experiment)
        return found.experiment_id if found else self._client.create_experiment(self._experiment)
