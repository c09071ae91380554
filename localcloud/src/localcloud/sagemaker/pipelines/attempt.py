"""Carries out one step on a thread of its own: arguments, cache, attempts, and the record of how it ended."""

import logging
import threading
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from localcloud.errors import AwsError
from localcloud.sagemaker.pipelines.actions import ACTIONS, StepCall, StepFailure, stop_job
from localcloud.sagemaker.pipelines.caching import cache_key, is_fresh
from localcloud.sagemaker.pipelines.coercion import coerce_arguments
from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.record import EXECUTION, Record
from localcloud.sagemaker.pipelines.references import ResolutionError, resolve
from localcloud.sagemaker.pipelines.retry import (
    SERVICE_FAULT,
    exception_of_call,
    exception_of_reason,
    next_wait,
)
from localcloud.sagemaker.pipelines.values import ExecutionValues
from localcloud.store import Document

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Fault:
    reason: str
    exception: str | None


@dataclass(frozen=True)
class StepRun:
    """One step of one execution; `stop` is set when the execution shall end."""

    record: Record
    step: Step
    stop: threading.Event

    def run(self) -> None:
        """Run a step that is recorded as Starting to its end; nothing is recorded when the cloud stops meanwhile."""
        try:
            resolved = resolve(self.step.arguments, ExecutionValues.now(self.record))
            arguments = coerce_arguments(self.step.type, resolved)
            key = cache_key(self.step.type, arguments) if self.step.cache else None
            if key is None or not self._take_over(key):
                self._attempt(arguments, key)
        except (ResolutionError, AwsError) as error:
            self._end("Failed", FailureReason=f"ClientError: {error}")
        except Exception as error:
            if not self.record.cloud.stopping.is_set():
                _LOG.exception("step %s of execution %s", self.step.name, self.record.id)
                self._end("Failed", FailureReason=f"InternalServerError: {error}")

    def _take_over(self, key: str) -> bool:
        assert self.step.cache is not None
        found = _cached(self.record, self.step, key)
        if found is None:
            return False
        source, earlier = found
        kept: Document = {name: earlier[name] for name in ("Metadata", "_Properties", "_Outcome") if name in earlier}
        self._end("Succeeded", CacheHitResult={"SourcePipelineExecutionArn": source}, **kept)
        return True

    def _attempt(self, arguments: Document, key: str | None) -> None:
        self._change(StepStatus="Executing")
        started, retries = self._now(), 0
        while True:
            result = self._call(arguments)
            if self.record.cloud.stopping.is_set():
                return
            if not isinstance(result, _Fault):
                outcome: Document = {"_Outcome": result["Outcome"]} if self.step.type == "Condition" else {}
                self._end("Succeeded", _Properties=result, _CacheKey=key, **outcome)
                return
            elapsed = (self._now() - started).total_seconds() * self.record.cloud.clock.speed
            wait = next_wait(self.step.retry, result.exception, retries=retries, elapsed_seconds=elapsed)
            if self.stop.is_set() or wait is None or self.record.cloud.clock.wait(wait, self.stop):
                ended = "Stopped" if self.stop.is_set() and self.step.type != "Fail" else "Failed"
                self._end(ended, FailureReason=result.reason)
                return
            retries += 1
            self._change(AttemptCount=retries + 1)

    def _call(self, arguments: Document) -> Document | _Fault:
        call = StepCall(
            cloud=self.record.cloud,
            scope=self.record.scope,
            execution_id=self.record.id,
            execution_arn=self.record.document["PipelineExecutionArn"],
            step=self.step.name,
            arguments=arguments,
            tell=self._take_metadata,
        )
        try:
            return ACTIONS[self.step.type](call)
        except StepFailure as failure:
            return _Fault(str(failure), exception_of_reason(str(failure)))
        except ParamValidationError as error:
            return _Fault(f"ClientError: {error}", None)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return _Fault(f"ClientError: {error}", exception_of_call(error.response["Error"]["Code"], status))
        except BotoCoreError as error:
            return _Fault(f"InternalServerError: {error}", SERVICE_FAULT)

    def _take_metadata(self, metadata: Document) -> None:
        self._change(Metadata=metadata)
        # Whoever asked to stop before this change was recorded could not know the job.
        if self.stop.is_set():
            stop_job(self.record.cloud, self.record.scope, metadata)

    def _end(self, status: str, **changes: Any) -> None:
        self._change(StepStatus=status, EndTime=self._now(), **changes)

    def _change(self, **changes: Any) -> None:
        self.record.change_step(self.step, **changes)

    def _now(self) -> Any:
        return self.record.cloud.clock.now()


def _cached(record: Record, step: Step, key: str) -> tuple[str, Document] | None:
    """Return the newest fresh result of the same work in the same pipeline, with its execution's ARN."""
    assert step.cache is not None
    name, now = record.document["_PipelineName"], record.cloud.clock.now()
    candidates = [
        (earlier["EndTime"], document["PipelineExecutionArn"], earlier)
        for document in record.cloud.store.find_all(record.scope, EXECUTION)
        if document["_PipelineName"] == name
        for earlier in document["_Steps"].values()
        if earlier.get("_CacheKey") == key
        and earlier["StepName"] == step.name
        and earlier["StepStatus"] == "Succeeded"
        and is_fresh(earlier["EndTime"], now, step.cache.expire_after)
    ]
    if not candidates:
        return None
    _, arn, earlier = max(candidates, key=lambda candidate: candidate[0])
    return arn, earlier
