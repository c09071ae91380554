"""A control plane in memory on a virtual clock, whose calls can be made to fail one by one.

It does what AWS is documented to do and no more: endpoints take time, an update may be rolled back by an alarm that
is quiet again afterwards, and a rolled-back endpoint says `InService`.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from trainyard.errors import UsageError
from trainyard.release.clients import Clients
from trainyard.release.conflict import LeaseHeld, LeaseLost, ReleaseOpen
from trainyard.release.record import Approval, LivePointer, Outcome, Record
from trainyard.release.table import LEASE_SECONDS

STARTS, UPDATES, DELETES = 20.0, 40.0, 10.0
"""Seconds of the virtual clock that the fake takes."""


class Killed(BaseException):
    """The driver's process is gone."""


def refusal(code: str, message: str) -> ClientError:
    """Return the error that botocore raises for an answer of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def not_found(what: str) -> ClientError:
    """Return SageMaker's way of saying that something does not exist."""
    return refusal("ValidationException", f'Could not find {what} "arn".')


@dataclass
class Faults:
    """Fails the call number `at`, once, in one of the ways of `KINDS`."""

    kind: str = ""
    at: int = -1
    calls: int = 0
    last: str = ""

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call` with the fault around it."""

        def guarded(*args: Any, **kwargs: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number != self.at:
                return call(*args, **kwargs)
            self.last = name
            if self.kind == "throttled":
                raise refusal("ThrottlingException", "Rate exceeded")
            if self.kind == "denied":
                raise refusal("AccessDeniedException", "not authorized")
            if self.kind == "killed before":
                raise Killed
            call(*args, **kwargs)
            raise Killed if self.kind == "killed after" else ReadTimeoutError(endpoint_url="https://aws")

        return guarded


KINDS = ("throttled", "timed out after its effect", "killed before", "killed after")


class Faulty:
    """A client or table whose every method passes through `Faults`."""

    def __init__(self, target: Any, faults: Faults) -> None:
        self._target = target
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return self._faults.around(name, getattr(self._target, name))


@dataclass
class Endpoint:
    config: str
    count: int = 2
    status: str = "InService"
    modified: float = 0.0
    ready_at: float = 0.0
    pending: str = ""
    failure: str = ""


@dataclass
class World:
    """All of AWS that a release touches."""

    now: float = 1000.0
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    alarms: dict[str, tuple[str, str]] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    bad_alarm: bool = False
    """Whether the new fleet trips the latency alarm under live traffic."""
    starts: bool = True
    """Whether a new container starts."""
    score: float = 0.5
    autoscaled: bool = True

    def __post_init__(self) -> None:
        self.endpoints["shop-dev"] = Endpoint(config="bootstrap")
        self.models["bootstrap-model"] = {"ModelName": "bootstrap-model"}
        self.configs["bootstrap"] = _config("bootstrap", "bootstrap-model")
        self.alarms["shop-dev-5xx"] = ("OK", "")

    def clients(self, faults: Faults) -> Clients:
        """Return clients of this world that fail as `faults` say."""
        made = Faulty(self, faults)
        return Clients(sagemaker=made, runtime=made, cloudwatch=made, autoscaling=made, dynamodb=made, sns=made)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    # SageMaker

    def create_model(self, **body: Any) -> None:
        self._new(self.models, body["ModelName"], "model", body)

    def create_endpoint_config(self, **body: Any) -> None:
        self._new(self.configs, body["EndpointConfigName"], "endpoint configuration", body)

    def create_endpoint(self, **body: Any) -> None:
        made = Endpoint(config=body["EndpointConfigName"], count=1, status="Creating", ready_at=self.now + STARTS)
        self._new(self.endpoints, body["EndpointName"], "endpoint", made)

    def update_endpoint(self, **body: Any) -> None:
        endpoint = self._endpoint(body["EndpointName"])
        if endpoint.status != "InService":
            raise refusal("ValidationException", "Cannot update in-progress endpoint")
        if body["EndpointConfigName"] not in self.configs:
            raise not_found("endpoint configuration")
        self.updates.append(body)
        endpoint.status, endpoint.pending = "Updating", body["EndpointConfigName"]
        endpoint.modified, endpoint.ready_at = self.now, self.now + UPDATES

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        endpoint = self._endpoint(EndpointName)
        answer: dict[str, Any] = {
            "EndpointStatus": endpoint.status,
            "EndpointConfigName": endpoint.config,
            "ProductionVariants": [{"VariantName": "live", "DesiredInstanceCount": endpoint.count}],
            "LastModifiedTime": datetime.fromtimestamp(endpoint.modified, UTC),
        }
        if endpoint.failure:
            answer["FailureReason"] = endpoint.failure
        if endpoint.pending:
            answer["PendingDeploymentSummary"] = {"EndpointConfigName": endpoint.pending}
        return answer

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        if EndpointConfigName not in self.configs:
            raise not_found("endpoint configuration")
        return self.configs[EndpointConfigName]

    def describe_model(self, ModelName: str) -> dict[str, Any]:
        if ModelName not in self.models:
            raise not_found("model")
        return self.models[ModelName]

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        return {"ModelApprovalStatus": "Approved"}

    def delete_endpoint(self, EndpointName: str) -> None:
        endpoint = self._endpoint(EndpointName)
        endpoint.status, endpoint.ready_at = "Deleting", self.now + DELETES

    def delete_endpoint_config(self, EndpointConfigName: str) -> None:
        used = [e for e in self.endpoints.values() if EndpointConfigName in (e.config, e.pending)]
        assert not used, f"{EndpointConfigName} was deleted while in use"
        if self.configs.pop(EndpointConfigName, None) is None:
            raise not_found("endpoint configuration")

    def delete_model(self, ModelName: str) -> None:
        if self.models.pop(ModelName, None) is None:
            raise not_found("model")

    # The rest

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        assert request["CustomAttributes"] == "synthetic=true"
        endpoint, body = self._endpoint(request["EndpointName"]), json.loads(request["Body"])
        if "customers" not in body:
            refused = refusal("ModelError", "the container answered 400")
            refused.response.update({"OriginalStatusCode": 400, "OriginalMessage": "{}"})  # type: ignore[typeddict-item]
            raise refused
        model = self.configs[endpoint.config]["ProductionVariants"][0]["ModelName"]
        environment = self.models[model].get("PrimaryContainer", {}).get("Environment", {})
        products = [{"stock_code": code, "name": code, "score": self.score} for code in ("A", "B")]
        rows = [{"customer_id": who, "source": "personal", "products": products} for who in body["customers"]]
        answer = {
            "model_version": environment.get("MODEL_VERSION", "baseline"),
            "inference_id": "i",
            "recommendations": rows,
        }
        return {"Body": io.BytesIO(json.dumps(answer).encode())}

    def put_metric_alarm(self, **body: Any) -> None:
        self.alarms[body["AlarmName"]] = ("INSUFFICIENT_DATA", "")

    def describe_alarms(self, AlarmNames: list[str], MaxRecords: int) -> dict[str, Any]:
        self._pass_time()
        found = [(name, *self.alarms[name]) for name in AlarmNames if name in self.alarms]
        return {"MetricAlarms": [{"AlarmName": n, "StateValue": s, "StateReason": r} for n, s, r in found]}

    def describe_alarm_history(self, AlarmName: str, **_: Any) -> dict[str, Any]:
        return {"AlarmHistoryItems": [item for item in self.history if item["AlarmName"] == AlarmName]}

    def delete_alarms(self, AlarmNames: list[str]) -> None:
        for name in AlarmNames:
            self.alarms.pop(name, None)

    def describe_scalable_targets(self, **_: Any) -> dict[str, Any]:
        return {"ScalableTargets": [{}] if self.autoscaled else []}

    def publish(self, **message: Any) -> None:
        self.published.append(json.loads(message["Message"]))

    def _endpoint(self, name: str) -> Endpoint:
        self._pass_time()
        if name not in self.endpoints:
            raise not_found("endpoint")
        return self.endpoints[name]

    def _new(self, where: dict[str, Any], name: str, what: str, body: Any) -> None:
        if name in where:
            raise refusal("ValidationException", f'Cannot create already existing {what} "{name}".')
        where[name] = body

    def _pass_time(self) -> None:
        for name, endpoint in list(self.endpoints.items()):
            if endpoint.status == "Updating" and self.bad_alarm:
                self._trip(endpoint)
            if self.now < endpoint.ready_at:
                continue
            if endpoint.status == "Creating":
                endpoint.status = "InService" if self.starts else "Failed"
                endpoint.failure = "" if self.starts else "The container did not pass the ping health check."
            elif endpoint.status == "Deleting":
                del self.endpoints[name]
            elif endpoint.status == "Updating":
                self._settle(endpoint)

    def _trip(self, endpoint: Endpoint) -> None:
        name = next((name for name in self.alarms if name.endswith("latency")), "")
        half = endpoint.ready_at - UPDATES / 2
        if name and half <= self.now < endpoint.ready_at:
            self.alarms[name] = ("ALARM", REASON)
        elif name and self.now >= endpoint.ready_at:
            self.alarms[name] = ("OK", "quiet")
            state = {"newState": {"stateValue": "ALARM", "stateReason": REASON}}
            self.history.append({"AlarmName": name, "HistoryData": json.dumps(state)})

    def _settle(self, endpoint: Endpoint) -> None:
        if not self.bad_alarm:
            endpoint.config = endpoint.pending
        endpoint.status, endpoint.pending, endpoint.modified = "InService", "", self.now


REASON = "Threshold Crossed: 1 datapoint [812345.0 (23/11/26 12:00:00)] was greater than the threshold (300000.0)."


def _config(name: str, model: str) -> dict[str, Any]:
    variant = {"VariantName": "live", "ModelName": model, "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
    return {"EndpointConfigName": name, "ProductionVariants": [variant]}


@dataclass
class Table:
    """The deployments table in memory, with the same refusals as the real one."""

    records: dict[str, Record] = field(default_factory=dict)
    lock: str | None = None
    live: LivePointer | None = None
    given: dict[str, Approval] = field(default_factory=dict)

    def open(self, record: Record) -> None:
        if self.lock not in (None, record.plan.release_id):
            raise ReleaseOpen(record.plan.service, self.lock or "")
        self.lock = record.plan.release_id
        self.records.setdefault(record.plan.release_id, record)

    def acquire(self, service: str, release_id: str, owner: str, now: float) -> Record:
        record = self.records.get(release_id)
        if record is None:
            raise UsageError(f"There is no release {release_id} of {service}")
        if record.status != "open":
            return record
        if record.lease_until >= now and record.lease_owner != owner:
            raise LeaseHeld(release_id, record.lease_owner, record.lease_until)
        return self._put(
            replace(record, attempt=record.attempt + 1, lease_owner=owner, lease_until=now + LEASE_SECONDS)
        )

    def save(self, record: Record, now: float) -> Record:
        self._fence(record)
        return self._put(replace(record, lease_until=now + LEASE_SECONDS))

    def release_lease(self, record: Record) -> None:
        self._fence(record)
        self._put(replace(record, lease_until=0.0))

    def set_pointer(self, record: Record, now: float) -> Record:
        self._fence(record)
        self.live = LivePointer(current=record.becomes, previous=record.progress.replaces)
        return self.save(record, now)

    def close(self, record: Record, outcome: Outcome, finished: str) -> Record:
        self._fence(record)
        self.lock = None
        return self._put(replace(record, status=outcome, finished=finished, lease_until=0.0))

    def get(self, service: str, release_id: str) -> Record | None:
        return self.records.get(release_id)

    def pointer(self, service: str) -> LivePointer | None:
        return self.live

    def approvals(self, service: str, version: str) -> tuple[Approval, ...]:
        return (self.given[version],) if version in self.given else ()

    def _put(self, record: Record) -> Record:
        self.records[record.plan.release_id] = record
        return record

    def _fence(self, record: Record) -> None:
        held = self.records[record.plan.release_id]
        if held.attempt != record.attempt or held.status != "open":
            raise LeaseLost(record.plan.release_id)
