"""What is looked for, through answers as AWS gives them."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.sweep import Ownership, Thing, packages, running_jobs, survey
from trainyard.sweep.needs import of_endpoint, of_endpoints

DIGEST = "0123456789"
OURS = Ownership("dev", ["shop"])
ARN = "arn:aws:sagemaker:eu-west-1:111111111111"


class Aws:
    """One client for all services: answers by operation, pages for listings; a function answers by arguments."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __call__(self, _: str) -> "Aws":
        return self

    def get_paginator(self, operation: str) -> "Aws":
        return Aws(paginate=lambda **arguments: [self._answer(operation, arguments)])

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self._answer(operation, arguments)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        found = self.answers.get(operation, _EMPTY)
        return found(**arguments) if callable(found) else found


class _Empty(dict[str, Any]):
    def __missing__(self, key: str) -> list[Any]:
        return []


_EMPTY = _Empty()


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key.replace("_", "-"), "Value": value} for key, value in values.items()]


def test_what_the_index_of_tags_knows_is_read_from_its_arn():
    def resources(TagFilters: Any) -> Any:
        rows = [
            (f"{ARN}:model/shop-dev-1-{DIGEST}", tags(environment="dev", managed_by="trainyard-release")),
            ("arn:aws:cloudwatch:eu-west-1:1:alarm:late", tags(environment="dev")),
            ("arn:aws:logs:eu-west-1:1:log-group:/a/b:*", tags(environment="dev")),
            ("arn:aws:kms:eu-west-1:1:key/k", tags(environment="dev")),
            ("arn:aws:dynamodb:eu-west-1:1:table/t", tags(environment="dev")),
        ]
        first = TagFilters[0]["Key"] == "environment"
        return {"ResourceTagMappingList": [{"ResourceARN": a, "Tags": t} for a, t in rows if first]}

    found = survey(Aws(get_resources=resources), OURS)
    assert found == [
        Thing("Model", f"shop-dev-1-{DIGEST}"),
        Thing("Alarm", "late"),
        Thing("LogGroup", "/a/b"),
        Thing("Key", "k"),
    ]
    assert found[0].tags == {"environment": "dev", "managed-by": "trainyard-release"}


@pytest.mark.parametrize(("environment", "ours"), [("dev", True), ("prod", False)])
def test_what_only_its_name_points_at_is_asked_for_its_tags(environment: str, ours: bool):
    name = f"shop-dev-1-{DIGEST}"
    aws = Aws(
        list_models={"Models": [{"ModelName": name, "ModelArn": f"{ARN}:model/{name}"}]},
        list_tags={"Tags": tags(environment=environment, managed_by="trainyard-release")},
    )
    (found,) = survey(aws, OURS)
    assert OURS.owns(found) is ours


def test_only_the_running_jobs_of_this_environment_are_found():
    def asked(ResourceArn: str) -> Any:
        return {"Tags": tags(trainyard_environment="dev" if ResourceArn.endswith("ours") else "dev-2")}

    rows = [{"TrainingJobName": name, "TrainingJobArn": f"{ARN}:training-job/{name}"} for name in ("ours", "others")]
    aws = Aws(list_training_jobs={"TrainingJobSummaries": rows}, list_tags=asked)
    assert list(running_jobs(aws, "dev")) == [Thing("Job", "TrainingJob/ours")]


def test_a_running_batch_is_one_of_the_environments_jobs():
    rows = [{"TransformJobName": name, "TransformJobArn": f"{ARN}:transform-job/{name}"} for name in ("ours", "others")]
    aws = Aws(
        list_transform_jobs={"TransformJobSummaries": rows},
        list_tags=lambda ResourceArn: {"Tags": tags(environment="dev" if ResourceArn.endswith("ours") else "prod")},
    )
    assert list(running_jobs(aws, "dev")) == [Thing("Job", "TransformJob/ours")]


def test_a_group_that_is_gone_already_holds_no_packages():
    def refuse(**_: Any) -> Iterator[Any]:
        raise ClientError({"Error": {"Code": "ValidationException", "Message": "no such group"}}, "ListModelPackages")

    assert list(packages(Aws(list_model_packages=refuse), ["shop-dev"])) == []


def test_an_endpoint_needs_its_live_and_its_coming_config_their_models_and_its_alarms():
    aws = Aws(
        describe_endpoint={
            "EndpointConfigName": "live",
            "PendingDeploymentSummary": {"EndpointConfigName": "coming"},
            "ProductionVariants": [{"VariantName": "live"}],
            "LastDeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "late"}]}},
        },
        describe_endpoint_config=lambda EndpointConfigName: {
            "ProductionVariants": [{"ModelName": f"{EndpointConfigName}-model"}],
            "ShadowProductionVariants": [{"ModelName": f"{EndpointConfigName}-shadow"}],
            "EndpointConfigArn": EndpointConfigName,
        },
        list_tags=lambda ResourceArn: {"Tags": [{"Key": "shadow-of", "Value": f"before-{ResourceArn}"}]},
    )
    assert set(of_endpoint(aws, "shop-dev")) == {
        Thing("Endpoint", "shop-dev"),
        Thing("LogGroup", "/aws/sagemaker/Endpoints/shop-dev"),
        Thing("ScalableTarget", "endpoint/shop-dev/variant/live"),
        Thing("Alarm", "late"),
        *(Thing("EndpointConfig", name) for name in ("live", "coming", "before-live", "before-coming")),
        *(Thing("Model", f"{name}-{kind}") for name in ("live", "coming") for kind in ("model", "shadow")),
    }


def test_endpoints_that_leave_or_are_being_deleted_need_nothing():
    rows = [
        {"EndpointName": "leaving", "EndpointStatus": "InService"},
        {"EndpointName": "going", "EndpointStatus": "Deleting"},
    ]
    assert of_endpoints(Aws(list_endpoints={"Endpoints": rows}), leaving={"leaving"}) == set()
