import pytest

from stacks.caller import CallerRefused, check_account, check_region


def test_another_account_is_refused_with_both_named() -> None:
    with pytest.raises(CallerRefused) as refused:
        check_account("111111111111", "222222222222", "Pulumi.dev.yaml")
    assert str(refused.value) == (
        "trainyard:account is '111111111111' in Pulumi.dev.yaml, but the AWS credentials of this shell are of account "
        "'222222222222'; nothing was changed. Log in to account 111111111111, or select the stack of account "
        "222222222222."
    )


def test_the_named_account_passes() -> None:
    check_account("111111111111", "111111111111", "Pulumi.dev.yaml")


def test_another_region_is_refused_with_where_it_is_set() -> None:
    with pytest.raises(CallerRefused) as refused:
        check_region("eu-west-1", {"AWS_REGION": "us-east-1"}, "Pulumi.dev.yaml")
    assert str(refused.value) == (
        "trainyard:region is 'eu-west-1' in Pulumi.dev.yaml, but AWS_REGION says 'us-east-1'; nothing was changed. "
        "Set AWS_REGION to 'eu-west-1', or select the stack of region us-east-1."
    )


@pytest.mark.parametrize("callers", [{}, {"AWS_REGION": "eu-west-1"}])
def test_the_named_region_or_none_passes(callers: dict[str, str]) -> None:
    check_region("eu-west-1", callers, "Pulumi.dev.yaml")
