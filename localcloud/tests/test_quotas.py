"""Service Quotas for SageMaker's endpoints."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from localcloud.quotas import DEFAULT, set_quota
from localcloud.testing import CloudUnderTest, running_cloud

NAME = "ml.m5.large for endpoint usage"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudUnderTest]:
    with running_cloud(tmp_path_factory.mktemp("quotas")) as cloud:
        yield cloud


def values(aws: CloudUnderTest, listing: str, region: str = "eu-west-1") -> dict[str, float]:
    pages = aws.client("service-quotas", region=region).get_paginator(listing).paginate(ServiceCode="sagemaker")
    return {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}


@pytest.mark.parametrize("listing", ["list_service_quotas", "list_aws_default_service_quotas"])
def test_every_type_of_instance_has_a_quota_and_pages_leave_none_out(aws: CloudUnderTest, listing: str) -> None:
    shape = aws.client("sagemaker").meta.service_model.shape_for("ProductionVariantInstanceType")
    assert values(aws, listing) == {f"{kind} for endpoint usage": DEFAULT for kind in shape.enum}


def test_a_page_holds_no_more_than_was_asked_for(aws: CloudUnderTest) -> None:
    page = aws.client("service-quotas").list_service_quotas(ServiceCode="sagemaker", MaxResults=7)
    assert len(page["Quotas"]) == 7
    assert page["NextToken"]


def test_a_quota_that_was_set_holds_for_its_region_only_and_leaves_the_default_as_it_was(aws: CloudUnderTest) -> None:
    set_quota(aws.cloud, aws.scope, "ml.m5.large", 4)
    try:
        assert values(aws, "list_service_quotas")[NAME] == 4
        assert values(aws, "list_service_quotas", "eu-central-1")[NAME] == DEFAULT
        assert values(aws, "list_aws_default_service_quotas")[NAME] == DEFAULT
    finally:
        set_quota(aws.cloud, aws.scope, "ml.m5.large", DEFAULT)


def test_the_administration_sets_a_quota(aws: CloudUnderTest) -> None:
    given = {"account": aws.account, "region": "eu-west-2", "instance_type": "ml.c5.large", "instances": 0}
    with urlopen(Request(f"{aws.endpoint_url}/_localcloud/quotas", json.dumps(given).encode())) as answer:
        assert answer.status == 200
    assert values(aws, "list_service_quotas", "eu-west-2")["ml.c5.large for endpoint usage"] == 0


def test_quotas_of_another_service_are_refused_in_the_words_of_service_quotas(aws: CloudUnderTest) -> None:
    with pytest.raises(ClientError) as refused:
        aws.client("service-quotas").list_service_quotas(ServiceCode="glue")
    assert refused.value.response["Error"]["Code"] == "NoSuchResourceException"


def test_moto_still_answers_for_the_service_that_it_knows(aws: CloudUnderTest) -> None:
    page = aws.client("service-quotas").list_aws_default_service_quotas(ServiceCode="vpc")
    assert {quota["ServiceCode"] for quota in page["Quotas"]} == {"vpc"}


@pytest.mark.parametrize(
    ("kind", "count", "said"), [("ml.q9.large", 1, "no instance type"), ("ml.m5.large", -1, "0 or more")]
)
def test_a_quota_that_cannot_be_is_refused(aws: CloudUnderTest, kind: str, count: int, said: str) -> None:
    with pytest.raises(Exception, match=said):
        set_quota(aws.cloud, aws.scope, kind, count)
