import pytest

from infra.iam_statements import allow, document
from infra.vpc_services import called


def test_an_action_brings_the_endpoints_of_its_service() -> None:
    services = called([document(allow("A", ["s3:GetObject", "ecr:BatchGetImage"], ["*"]))])
    assert services.gateways == ("s3",)
    assert services.interfaces == ("ecr.api", "ecr.dkr")


def test_what_no_role_calls_gets_no_endpoint() -> None:
    services = called([document(allow("A", ["kms:Decrypt"], ["*"]))])
    assert services.gateways == ()
    assert services.interfaces == ("kms",)


def test_passing_a_role_needs_no_endpoint() -> None:
    assert called([document(allow("A", ["iam:PassRole"], ["*"]))]).interfaces == ()


def test_an_unknown_service_is_an_error_that_names_it_and_the_file() -> None:
    with pytest.raises(ValueError, match=r"infra/vpc_services.py knows no endpoint of braket"):
        called([document(allow("A", ["braket:CreateJob"], ["*"]))])
