"""The harness refuses what Pulumi's own mocks let pass."""

import pulumi
import pulumi_aws as aws
import pytest

from tests.harness import deploy


def test_a_program_that_declares_nothing_is_refused() -> None:
    with pytest.raises(AssertionError, match="declared no resource"):
        deploy(lambda: None)


def test_a_duplicate_urn_is_refused() -> None:
    def program() -> None:
        aws.kms.Key("key")
        aws.kms.Key("key")

    with pytest.raises(AssertionError, match=r"Two resources have the URN .*::key"):
        deploy(program)


def test_an_unlisted_type_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"does not list type aws:kms/grant:Grant \(of grant\)"):
        deploy(lambda: aws.kms.Grant("grant", grantee_principal="p", key_id="k", operations=["Decrypt"]))


def test_an_unknown_invoke_is_refused() -> None:
    with pytest.raises(AssertionError, match="does not know invoke aws:ec2/getAmi:getAmi"):
        deploy(lambda: aws.ec2.get_ami())


def test_what_a_program_raises_is_raised() -> None:
    def program() -> None:
        aws.kms.Key("key")
        raise LookupError("from the program")

    with pytest.raises(LookupError, match="from the program"):
        deploy(program)


def test_exports_do_not_leak_into_the_next_run() -> None:
    def program() -> None:
        pulumi.export("arn", aws.kms.Key("key").arn)

    assert deploy(program).exports == {"arn": "arn:aws:kms:eu-west-1:111111111111:key/key"}
    assert deploy(lambda: aws.kms.Key("key")).exports == {}
