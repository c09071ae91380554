import pytest

from trainyard.registry.person import caller, person_of

ACCOUNT = "arn:aws:sts::111111111111"


@pytest.mark.parametrize(
    ("arn", "person"),
    [
        ("arn:aws:iam::111111111111:user/team/ada", "arn:aws:iam::111111111111:user/team/ada"),
        ("arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:root"),
        (f"{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0a/ada@example.com", "identity-center:ada@example.com"),
        (f"{ACCOUNT}:assumed-role/AWSReservedSSO_Reader_1b/ada@example.com", "identity-center:ada@example.com"),
    ],
)
def test_a_name_that_aws_vouches_for_is_the_person(arn: str, person: str) -> None:
    assert person_of(arn) == person


@pytest.mark.parametrize("kind", ["assumed-role/approver/{}", "federated-user/{}"])
def test_a_name_that_the_caller_chose_makes_no_other_person(kind: str) -> None:
    assert person_of(f"{ACCOUNT}:{kind.format('ada')}") == person_of(f"{ACCOUNT}:{kind.format('grace')}")


def test_another_role_is_another_person() -> None:
    assert person_of(f"{ACCOUNT}:assumed-role/approver/ada") == "arn:aws:iam::111111111111:role/approver"
    assert person_of(f"{ACCOUNT}:assumed-role/owner/ada") == "arn:aws:iam::111111111111:role/owner"


def test_the_caller_is_asked_of_sts() -> None:
    class Sts:
        def get_caller_identity(self) -> dict[str, str]:
            return {"Arn": "arn:aws:iam::111111111111:user/ada"}

    assert caller(Sts()) == "arn:aws:iam::111111111111:user/ada"
