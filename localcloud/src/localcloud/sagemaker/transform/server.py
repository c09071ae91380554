"""A job's serving container: started, asked what it says of itself, and given payloads."""

import time
from collections.abc import Callable, Mapping

import urllib3

from localcloud.sagemaker.endpoints.container import Container
from localcloud.sagemaker.endpoints.instance import Health, Instance
from localcloud.sagemaker.jobs.failure import JobFailure, algorithm_error
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.transform.feeding import Interrupted
from localcloud.sagemaker.transform.settings import Settings, read_parameters

_LOOK_SECONDS = 0.05
_PARAMETERS_SECONDS = 2.0
_CLIENT_ERROR, _SERVER_ERROR, _NO_ANSWER = 400, 500, 599
_LOGS = "See job logs for more information"


class Server:
    """One instance. `log` takes the lines that AWS writes to a job's data log."""

    def __init__(self, container: Container, workspace: Workspace, log: Callable[[str], None]) -> None:
        self._instance = Instance(container, workspace.home, workspace.root / "logs" / "algo")
        self._log = log

    @property
    def id(self) -> str:
        """The instance's id."""
        return self._instance.id

    def wait(self, limit_seconds: float, stopped: Callable[[], bool]) -> None:
        """Return once the container answers pings.

        Raises:
            Interrupted: `stopped` said so.
            JobFailure: it has ended, or did not answer within `limit_seconds` of real time.
        """
        while self._instance.check() is not Health.SERVING:
            if stopped():
                raise Interrupted
            if self._instance.exit_code is not None:
                raise JobFailure(algorithm_error("", self._instance.exit_code))
            if time.monotonic() - self._instance.started > limit_seconds:
                raise JobFailure(
                    "AlgorithmError: Model container failed to respond to ping; Ensure /ping endpoint is implemented "
                    f"and responds with an HTTP 200 status code (within {limit_seconds:g} s)"
                )
            time.sleep(_LOOK_SECONDS)

    def parameters(self) -> dict[str, object]:
        """Return what the container answers to GET /execution-parameters; empty where it does not serve that."""
        try:
            answer = self._instance.pool.request("GET", "/execution-parameters", timeout=_PARAMETERS_SECONDS)
        except urllib3.exceptions.HTTPError:
            return {}
        return read_parameters(answer.data) if answer.status == 200 else {}

    def send(self, payload: bytes, headers: Mapping[str, str], settings: Settings) -> bytes:
        """Return the container's answer to a payload; what may pass is tried again.

        Raises:
            JobFailure: it answers with an error, or not at all.
        """
        for left in range(settings.retries, -1, -1):
            status, body = self._post(payload, headers, settings.timeout_seconds)
            if status < _CLIENT_ERROR:
                return body
            self._log(f"Bad HTTP status received from algorithm: {status}" if status != _NO_ANSWER else "No answer")
            if status < _SERVER_ERROR:
                raise JobFailure(f"ClientError: {_LOGS}")
            if self._instance.exit_code is not None:
                raise JobFailure(algorithm_error("", self._instance.exit_code))
            if left == 0:
                break
        raise JobFailure(f"AlgorithmError: {_LOGS}")

    def stop(self) -> None:
        """End the container; requests under way fail."""
        self._instance.stop()

    def _post(self, payload: bytes, headers: Mapping[str, str], timeout_seconds: int) -> tuple[int, bytes]:
        try:
            answer = self._instance.pool.request(
                "POST", "/invocations", body=payload, headers=dict(headers), timeout=timeout_seconds
            )
        except urllib3.exceptions.HTTPError:
            return _NO_ANSWER, b""
        return answer.status, answer.data
