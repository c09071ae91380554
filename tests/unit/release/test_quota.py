import boto3
from botocore.stub import Stubber

from tests.unit.release.control_plane import World
from trainyard.release.quota import endpoint_quota

NAME = "ml.m5.large for endpoint usage"


def test_a_quota_is_found_by_its_name_among_those_that_were_changed() -> None:
    client = boto3.client("service-quotas", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    other = {"QuotaName": "ml.m5.large for training job usage", "Value": 3.0}
    with Stubber(client) as stubber:
        asked = {"ServiceCode": "sagemaker", "MaxResults": 100}
        stubber.add_response("list_service_quotas", {"Quotas": [other], "NextToken": "more"}, asked)
        answer = {"Quotas": [{"QuotaName": NAME, "Value": 7.0}]}
        stubber.add_response("list_service_quotas", answer, {**asked, "NextToken": "more"})
        assert endpoint_quota(client, "ml.m5.large").allowed == 7


def test_a_quota_that_was_never_changed_is_found_among_the_defaults_on_any_page() -> None:
    assert endpoint_quota(World(quota=20.0), "ml.m5.large").allowed == 20


def test_a_type_that_service_quotas_does_not_list_is_told_apart_from_a_quota_of_nothing() -> None:
    quota = endpoint_quota(World(), "ml.q9.large")
    assert (quota.allowed, quota.unknown) == (None, "Service Quotas knows no such quota")


def test_a_refusal_is_an_answer_that_says_why_nothing_was_checked() -> None:
    quota = endpoint_quota(World(quota=None), "ml.m5.large")
    assert quota.allowed is None
    assert quota.unknown.startswith("Service Quotas did not answer (")
