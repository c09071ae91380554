"""One invocation of a function, from its event to its answer: process, time limit, log lines, metrics.

Sources: Lambda API reference, Invoke; developer guide, "Lambda function errors" and "Types of metrics for Lambda
functions".
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.functions import code, log_lines, records
from localcloud.functions.credentials import Credentials
from localcloud.functions.environment import process_environment
from localcloud.functions.errors import Throttled
from localcloud.functions.layers import distributions
from localcloud.functions.log_lines import Usage
from localcloud.functions.log_shipping import LogShipping, Place
from localcloud.functions.names import FunctionName
from localcloud.functions.packages import RUNTIME, laid_out
from localcloud.functions.pool import Pool
from localcloud.functions.runtime_api import Answered, Event, InitFailed
from localcloud.functions.worker import Ending, TimedOut, Worker, WorkerSpec
from localcloud.store import Document

_ANSWER_BYTES = 6_291_556


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an invocation came to: its answer as JSON, whether that is an error, and the end of its log."""

    request_id: str
    payload: bytes
    failed: bool
    log: bytes


class Invoker:
    """Runs functions; safe to call from several threads."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._folder = cloud.home / "functions"
        self._credentials = Credentials(cloud)
        self._logs = LogShipping(cloud.client)
        self.pool = Pool()

    @property
    def archives(self) -> Path:
        """The folder of the functions' code."""
        return self._folder / "code"

    def invoke(self, function: FunctionName, payload: bytes, request_id: str) -> Outcome:
        """Run a function on an event and return what it came to.

        Raises:
            FunctionMissing: there is no such function.
            Throttled: it runs as often at once as it may.
            AwsError: its role cannot be taken on any more, or the cloud is stopping.
        """
        document = records.get(self._cloud.store, function)
        try:
            with self.pool.lease(
                function,
                document["_Generation"],
                document.get("_Reserved"),
                lambda: self._start(function, document),
            ) as worker:
                return self._run(function, document, worker, payload, request_id)
        except Throttled:
            self._count(function, "Throttles", 1.0)
            raise

    def close(self) -> None:
        """Write the last log lines, after the pool was closed; the cloud still answers."""
        self._logs.close()

    def _start(self, function: FunctionName, document: Document) -> Worker:
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        root = code.task_root(self.archives, document["_Digest"])
        layers = distributions([layer["Arn"] for layer in document.get("Layers") or []])
        packages = [laid_out(self._folder / "packages", names) for names in (layers, RUNTIME) if names]
        env = process_environment(
            function.scope,
            document,
            credentials=self._credentials.of(function, document["Role"]),
            endpoint_url=self._cloud.endpoint_url,
            task_root=root,
            packages=packages,
            stream=stream,
        )
        output = self._folder / "output" / f"{uuid.uuid4().hex}.log"
        return Worker(WorkerSpec(handler=document["Handler"], env=env, task_root=root, stream=stream, output=output))

    def _run(
        self, function: FunctionName, document: Document, worker: Worker, payload: bytes, request_id: str
    ) -> Outcome:
        lines = [*worker.output(), log_lines.start_line(request_id, _as_json(document))]
        began = time.monotonic()
        ending = worker.serve(_event(function, document, payload, request_id))
        seconds = time.monotonic() - began
        if self.pool.closed and not isinstance(ending, Answered):
            raise AwsError("The local cloud is stopping.", code="ServiceException", status=500)
        outcome, usage = _outcome(ending, document, request_id), _usage(worker, document, seconds)
        lines += [*worker.output(), *_last_lines(ending, outcome, usage, document)]
        self._logs.take(Place(function.scope, document["LoggingConfig"]["LogGroup"], worker.stream), lines)
        self._observe(function, outcome, usage)
        worker.init_seconds = None
        if not isinstance(ending, Answered):
            worker.stop()
        return replace(outcome, log=log_lines.tail(lines))

    def _observe(self, function: FunctionName, outcome: Outcome, usage: Usage) -> None:
        self._count(function, "Invocations", 1.0)
        self._count(function, "Errors", float(outcome.failed))
        self._count(function, "Duration", usage.seconds * 1000, "Milliseconds")

    def _count(self, function: FunctionName, name: str, value: float, unit: str = "Count") -> None:
        self._cloud.metrics.publish(
            function.scope,
            namespace="AWS/Lambda",
            name=name,
            unit=unit,
            dimensions={"FunctionName": function.name},
            values=[value],
        )


def _event(function: FunctionName, document: Mapping[str, Any], payload: bytes, request_id: str) -> Event:
    trace = uuid.uuid4().hex
    return Event(
        request_id=request_id,
        function_arn=function.arn,
        payload=payload or b"{}",
        deadline=time.time() + document["Timeout"],
        trace_id=f"Root=1-{int(time.time()):08x}-{trace[:24]};Parent={trace[16:]};Sampled=0",
    )


def _outcome(ending: Ending, document: Mapping[str, Any], request_id: str) -> Outcome:
    if isinstance(ending, Answered):
        too_large = len(ending.body) > _ANSWER_BYTES
        body = _too_large() if too_large else ending.body
        return Outcome(request_id=request_id, payload=body, failed=ending.failed or too_large, log=b"")
    if isinstance(ending, InitFailed):
        body = ending.body
    elif isinstance(ending, TimedOut):
        text = f"Task timed out after {document['Timeout']:.2f} seconds"
        body = _error("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")
    else:
        how = f"exit status {ending.code}" if ending.code >= 0 else f"signal: {-ending.code}"
        body = _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")
    return Outcome(request_id=request_id, payload=body, failed=True, log=b"")


def _usage(worker: Worker, document: Mapping[str, Any], seconds: float) -> Usage:
    return Usage(
        seconds=min(seconds, document["Timeout"]),
        init_seconds=worker.init_seconds,
        memory_size=document["MemorySize"],
        memory_used=worker.memory_used(),
    )


def _last_lines(ending: Ending, outcome: Outcome, usage: Usage, document: Mapping[str, Any]) -> list[str]:
    late = isinstance(ending, TimedOut)
    told = f"{_moment()} {outcome.request_id} Task timed out after {document['Timeout']:.2f} seconds"
    status = "timeout" if late else "error" if outcome.failed else "success"
    return [*([told] if late else []), *log_lines.end_lines(outcome.request_id, usage, status, _as_json(document))]


def _as_json(document: Mapping[str, Any]) -> bool:
    return document["LoggingConfig"]["LogFormat"] == "JSON"


def _too_large() -> bytes:
    text = f"Response payload size exceeded maximum allowed payload size ({_ANSWER_BYTES} bytes)."
    return _error("Function.ResponseSizeTooLarge", text)


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _moment() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
