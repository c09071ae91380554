"""Who may score: as whoever may be released, or live."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from tests.pipelines import contract
from tests.unit.batch.plans import batch
from trainyard.batch.gate import scoring_version
from trainyard.batch.prepare import offered, prepare
from trainyard.errors import UsageError
from trainyard.release.record import Approval, Live, LivePointer

GROUP = "arn:aws:sagemaker:eu-west-1:000000000001:model-package/shop-dev"
CONTAINER = {"Image": "repo@sha256:3", "ModelDataUrl": "s3://artifacts/model.tar.gz"}
TYPES = ("ml.m5.large", "ml.m5.xlarge")


@dataclass
class SageMaker:
    """Two versions in the registry, and an endpoint that serves the config `live`."""

    status: str = "PendingManualApproval"
    types: tuple[str, ...] = TYPES

    @property
    def meta(self) -> Any:
        return SimpleNamespace(
            service_model=SimpleNamespace(shape_for={"TransformInstanceType": SimpleNamespace(enum=self.types)}.get)
        )

    def get_paginator(self, operation: str) -> Any:
        rows = [{"ModelPackageVersion": number, "ModelPackageArn": f"{GROUP}/{number}"} for number in (1, 2)]
        return SimpleNamespace(paginate=lambda **_: [{"ModelPackageSummaryList": rows}])

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        return {
            "ModelPackageArn": ModelPackageName,
            "ModelPackageVersion": int(ModelPackageName.rpartition("/")[2]),
            "CreationTime": None,
            "ModelApprovalStatus": self.status,
            "InferenceSpecification": {"Containers": [CONTAINER]},
            "CustomerMetadataProperties": {"data_hash": "da7a"},
        }

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        return {"EndpointStatus": "InService", "EndpointConfigName": "live"}

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        return {"ProductionVariants": [{"VariantName": "live", "ModelName": "m"}]}


class Table:
    """Approvals by version, and the version that the pointer names (none: the model of the first day is live)."""

    def __init__(self, live: str = "", **approvals: tuple[Approval, ...]) -> None:
        self._live, self._approvals = live, approvals

    def approvals(self, service: str, version: str) -> tuple[Approval, ...]:
        return self._approvals.get(f"v{version}", ())

    def pointer(self, service: str) -> LivePointer | None:
        if not self._live:
            return None
        live = Live(
            version=self._live,
            model_package_arn=f"{GROUP}/{self._live}",
            endpoint_config_name="live",
            model_name="m",
        )
        return LivePointer(current=live, previous=None)


def approved_by(*people: str, version: str = "1") -> tuple[Approval, ...]:
    arn = f"{GROUP}/{version}"
    return tuple(Approval(approved_by=one, person=one, reason="good", model_package_arn=arn) for one in people)


def chosen(version: str, table: Any, status: str = "PendingManualApproval", people: int = 1) -> str:
    service = contract.service().model_copy(update={"approvals_required": people})
    return scoring_version(contract.platform(), service, version, SageMaker(status), table).arn


def test_an_approved_version_scores_whatever_is_live() -> None:
    assert chosen("1", Table(live="2", v1=approved_by("ana")), "Approved") == f"{GROUP}/1"


def test_where_nobody_must_approve_every_version_scores() -> None:
    assert chosen("1", Table(), people=0) == f"{GROUP}/1"


@pytest.mark.parametrize(
    ("table", "status", "people", "message"),
    [
        (Table(live="2"), "PendingManualApproval", 1, "is not approved and dev asks for it"),
        (Table(live="2"), "Approved", 1, "is not approved and dev asks for it"),
        (Table(live="2", v1=approved_by("ana")), "PendingManualApproval", 1, "is not approved"),
        (Table(live="2", v1=approved_by("ana")), "Approved", 2, "asks for 2 people's; 1 gave theirs"),
        (Table(live="2", v1=approved_by("ana", version="9")), "Approved", 1, "has an approval for another package"),
        (Table(live="2"), "Rejected", 0, "is rejected in the registry"),
        (Table(), "PendingManualApproval", 1, "is not approved"),
    ],
)
def test_what_no_release_would_take_scores_nobody(table: Table, status: str, people: int, message: str) -> None:
    with pytest.raises(UsageError, match=f"No customer was scored: .*{message}") as refused:
        chosen("1", table, status, people)
    assert refused.value.exit_code == 2
    assert "nothing was changed" in str(refused.value)


@pytest.mark.parametrize("version", ["live", "2"])
@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_what_is_live_scores_whatever_the_registry_says_by_now(version: str, status: str) -> None:
    assert chosen(version, Table(live="2"), status) == f"{GROUP}/2"


def test_the_model_of_the_first_day_has_no_lineage_and_scores_nobody() -> None:
    with pytest.raises(UsageError, match="which is no version of the registry"):
        chosen("live", Table())


@pytest.mark.parametrize(("version", "message"), [("7", "There is no version 7"), ("newest", "'newest' is no version")])
def test_what_is_no_version_is_refused(version: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        chosen(version, Table())


def prepared(types: tuple[str, ...] = TYPES, **asked: Any) -> Any:
    service = contract.service()
    serving = service.serving.model_copy(update={"instance_type": "ml.m5.large"})
    training = service.training.model_copy(update={"processing_instance_type": "ml.m5.xlarge"})
    service = service.model_copy(update={"approvals_required": 0, "serving": serving, "training": training})
    wish: Any = {"version": "1", "k": 10, "output": None, **asked}
    table: Any = Table()
    return prepare(
        contract.platform(), service, batch().customers, **wish, sagemaker=SageMaker(types=types), table=table
    )


@pytest.mark.parametrize(("types", "chosen"), [(TYPES, "ml.m5.large"), (TYPES[1:], "ml.m5.xlarge")])
def test_a_batch_runs_on_what_serves_or_else_on_what_processes(types: tuple[str, ...], chosen: str) -> None:
    assert prepared(types).instance_type == chosen


def test_instances_that_sagemaker_has_no_transform_jobs_on_are_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"neither on ml\.m5\.large nor on ml\.m5\.xlarge"):
        prepared(("ml.c5.xlarge",))


def test_sagemakers_api_says_where_transform_jobs_run() -> None:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    assert "ml.m5.large" in offered(client)
    assert "ml.t2.medium" not in offered(client)


@pytest.mark.parametrize("k", [0, 51])
def test_a_number_of_products_that_the_model_refuses_is_refused_before(k: int) -> None:
    with pytest.raises(UsageError, match="Ask for 1 to 50"):
        prepared(k=k)


def test_answers_go_only_where_the_services_role_may_write() -> None:
    home = prepared().home
    assert home == f"s3://{contract.platform().buckets.artifacts}/{contract.service().name}/batch"
    assert prepared(output=f"{home}/monday/").home == f"{home}/monday"
    for elsewhere in ("s3://elsewhere/x", f"{home}-2", "batch", home.rpartition("/")[0]):
        with pytest.raises(UsageError, match=f"Answers cannot go to {elsewhere}"):
            prepared(output=elsewhere)
