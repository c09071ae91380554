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
    asked_count: int = 0
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
    refuses_update: bool = False
    """Whether SageMaker refuses the update for a reason of its own."""
    wrong_answers: bool = False
    """Whether the new fleet answers nonsense once it has traffic: every other answer, in the update's second half."""
    metric_data: list[dict[str, Any]] = field(default_factory=list)
    invocations: int = 0
    bad_alarm: bool = False
    """Whether the new fleet trips the latency alarm under live traffic."""
    trips: str = "latency"
    """The end of the name of the alarm that trips."""
    starts: bool = True
    """Whether a new container starts."""
    score: float = 0.5
    scaling: dict[str, Any] | None = None
    """The registered target, its policies, scheduled actions and tags; None where the variant is not registered."""
    packages: dict[str, str] | None = None
    """Status of the registered packages by ARN; None where every package is there and approved."""
    quota: float | None = 100.0
    """Instances that the account may have behind endpoints; None where Service Quotas refuses to say."""

    def __post_init__(self) -> None:
        self.endpoints["shop-dev"] = Endpoint(config="bootstrap")
        self.scaling = scaling()
        self.models["bootstrap-model"] = {"ModelName": "bootstrap-model"}
        self.configs["bootstrap"] = _config("bootstrap", "bootstrap-model")
        self.alarms["shop-dev-5xx"] = ("OK", "")

    def clients(self, faults: Faults) -> Clients:
        """Return clients of this world that fail as `faults` say."""
        made = Faulty(self, faults)
        return Clients(
            sagemaker=made, runtime=made, cloudwatch=made, autoscaling=made, quotas=made, dynamodb=made, sns=made
        )

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
        if self.refuses_update:
            raise refusal("ValidationException", "one reason or another")
        old, new = (
            self.configs[name]["ProductionVariants"][0] for name in (endpoint.config, body["EndpointConfigName"])
        )
        if self.scaling and old["InstanceType"] != new["InstanceType"]:
            raise refusal("ValidationException", "must be deregistered as scalable targets with AWS Auto Scaling")
        self.updates.append(body)
        excluded = [item["VariantPropertyType"] for item in body.get("ExcludeRetainedVariantProperties", ())]
        endpoint.asked_count = new["InitialInstanceCount"] if "DesiredInstanceCount" in excluded else endpoint.count
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
        if self.packages is not None and ModelPackageName not in self.packages:
            raise not_found("model package")
        return {
            "ModelPackageArn": ModelPackageName,
            "ModelPackageVersion": int(ModelPackageName.rpartition("/")[2] or 0),
            "CreationTime": datetime.fromtimestamp(0, UTC),
            "ModelApprovalStatus": "Approved" if self.packages is None else self.packages[ModelPackageName],
            "InferenceSpecification": {"Containers": [{"Image": "repo@sha256:3", "Environment": {"A": "1"}}]},
        }

    def get_paginator(self, operation: str) -> "World":
        assert operation == "list_model_packages"
        return self

    def paginate(self, ModelPackageGroupName: str) -> list[dict[str, Any]]:
        arns = [arn for arn in self.packages or () if f"/{ModelPackageGroupName}/" in arn]
        rows = [{"ModelPackageArn": arn, "ModelPackageVersion": int(arn.rpartition("/")[2])} for arn in arns]
        return [{"ModelPackageSummaryList": rows}]

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
        by_new = self._answers_by_new(endpoint)
        config = endpoint.pending if by_new else endpoint.config
        model = self.configs[config]["ProductionVariants"][0]["ModelName"]
        environment = self.models[model].get("PrimaryContainer", {}).get("Environment", {})
        score = float("nan") if by_new and self.wrong_answers else self.score
        products = [{"stock_code": code, "name": code, "score": score} for code in ("A", "B")]
        rows = [{"customer_id": who, "source": "personal", "products": products} for who in body["customers"]]
        answer = {
            "model_version": environment.get("MODEL_VERSION", "baseline"),
            "inference_id": "i",
            "recommendations": rows,
        }
        return {"Body": io.BytesIO(json.dumps(answer).encode())}

    def _answers_by_new(self, endpoint: Endpoint) -> bool:
        self.invocations += 1
        return (
            endpoint.status == "Updating" and self.now >= endpoint.ready_at - UPDATES / 2 and self.invocations % 2 == 0
        )

    def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert Namespace == "Trainyard/Release"
        self.metric_data += MetricData
        if any(datum["Value"] > 0 for datum in MetricData):
            self.bad_alarm, self.trips = True, "golden"

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

    # Application Auto Scaling

    def describe_scalable_targets(self, **_: Any) -> dict[str, Any]:
        return {"ScalableTargets": [self.scaling["target"]] if self.scaling else []}

    def describe_scaling_policies(self, NextToken: str = "0", **_: Any) -> dict[str, Any]:
        return self._page("ScalingPolicies", "policies", int(NextToken))

    def describe_scheduled_actions(self, NextToken: str = "0", **_: Any) -> dict[str, Any]:
        return self._page("ScheduledActions", "scheduled", int(NextToken))

    def list_tags_for_resource(self, ResourceARN: str) -> dict[str, Any]:
        return {"Tags": self._registered()["tags"]}

    def deregister_scalable_target(self, **_: Any) -> None:
        self._registered()
        self.scaling = None

    def register_scalable_target(self, Tags: dict[str, str], **target: Any) -> None:
        made = {**target, "ScalableTargetARN": "arn:another", "RoleARN": "linked"}
        self.scaling = {"target": made, "tags": Tags, "policies": {}, "scheduled": {}}

    def put_scaling_policy(self, **policy: Any) -> None:
        self._registered()["policies"][policy["PolicyName"]] = policy

    def put_scheduled_action(self, **action: Any) -> None:
        self._registered()["scheduled"][action["ScheduledActionName"]] = action

    def _registered(self) -> dict[str, Any]:
        if self.scaling is None:
            raise refusal("ObjectNotFoundException", "No scalable target found")
        return self.scaling

    def _page(self, key: str, what: str, start: int) -> dict[str, Any]:
        """Return one thing a page, so that all pages must be asked for."""
        found = list(self.scaling[what].values()) if self.scaling else []
        answer: dict[str, Any] = {key: found[start : start + 1]}
        return {**answer, "NextToken": str(start + 1)} if start + 1 < len(found) else answer

    # Service Quotas

    def list_service_quotas(self, ServiceCode: str, MaxResults: int) -> dict[str, Any]:
        if self.quota is None:
            raise refusal("AccessDeniedException", "not authorized to ask")
        return {"Quotas": [{"QuotaName": "ml.x.large for endpoint usage", "Value": 0.0}]}

    def list_aws_default_service_quotas(self, ServiceCode: str, MaxResults: int, NextToken: str = "") -> dict[str, Any]:
        if not NextToken:
            return {"Quotas": [], "NextToken": "more"}
        names = [f"ml.{family}.large for endpoint usage" for family in ("m5", "c5")]
        return {"Quotas": [{"QuotaName": name, "Value": self.quota} for name in names]}

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
        name = next((name for name in self.alarms if name.endswith(self.trips)), "")
        half = endpoint.ready_at - UPDATES / 2
        if name and half <= self.now < endpoint.ready_at:
            self.alarms[name] = ("ALARM", REASON)
        elif name and self.now >= endpoint.ready_at:
            self.alarms[name] = ("OK", "quiet")
            state = {"newState": {"stateValue": "ALARM", "stateReason": REASON}}
            self.history.append({"AlarmName": name, "HistoryData": json.dumps(state)})

    def _settle(self, endpoint: Endpoint) -> None:
        if not self.bad_alarm:
            endpoint.config, endpoint.count = endpoint.pending, endpoint.asked_count
        endpoint.status, endpoint.pending, endpoint.modified = "InService", "", self.now


def scaling() -> dict[str, Any]:
    """Return the scaling that Pulumi made: a target with tags, two policies, and a floor for night and day."""
    where = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/shop-dev/variant/live",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    suspended = {"DynamicScalingInSuspended": False}
    policies = [
        {
            "PolicyName": "aim",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {"T": 9},
        },
        {"PolicyName": "jump", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": {"S": 1}},
    ]
    scheduled = [
        {
            "ScheduledActionName": name,
            "Schedule": "cron(0 22 * * ? *)",
            "Timezone": "Europe/London",
            "EndTime": datetime(2027, 1, 1, tzinfo=UTC),
            "ScalableTargetAction": {"MinCapacity": low},
        }
        for name, low in (("night", 2), ("day", 3))
    ]
    return {
        "target": {
            **where,
            "MinCapacity": 2,
            "MaxCapacity": 12,
            "SuspendedState": suspended,
            "ScalableTargetARN": "arn:first",
            "RoleARN": "linked",
        },
        "tags": {"managed-by": "pulumi"},
        "policies": {each["PolicyName"]: {**where, **each, "PolicyARN": "arn:p", "Alarms": []} for each in policies},
        "scheduled": {each["ScheduledActionName"]: {**where, **each} for each in scheduled},
    }


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
    given: dict[str, tuple[Approval, ...]] = field(default_factory=dict)

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
        return self.given.get(version, ())

    def open_release(self, service: str) -> str | None:
        return self.lock

    def _put(self, record: Record) -> Record:
        self.records[record.plan.release_id] = record
        return record

    def _fence(self, record: Record) -> None:
        held = self.records[record.plan.release_id]
        if held.attempt != record.attempt or held.status != "open":
            raise LeaseLost(record.plan.release_id)
