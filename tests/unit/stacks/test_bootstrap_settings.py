"""What the bootstrap project's stack files may say, and how the rest is refused."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from stacks.bootstrap.settings import SettingsError, parse
from tests.harness.bootstrap_files import mapping
from tests.harness.stack_files import STACKS

FILE = "Pulumi.dev.yaml"


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    tree = copy.deepcopy(mapping("dev"))
    change(tree)
    return tree


def refusal(change: Callable[[dict[str, Any]], object]) -> str:
    with pytest.raises(SettingsError) as refused:
        parse(changed(change), FILE)
    assert str(refused.value).endswith(f". Change it in {FILE}.")
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("stack", STACKS)
def test_every_committed_file_holds_legal_settings(stack: str) -> None:
    assert parse(mapping(stack), f"Pulumi.{stack}.yaml").state_bucket.startswith("trainyard-state-")


def test_an_unknown_key_is_named_with_the_one_it_resembles() -> None:
    text = refusal(lambda tree: tree["existing"].update(state_buckt="x"))
    assert text.startswith(
        "trainyard-bootstrap:existing.state_buckt is 'x', but there is no such setting; did you mean"
    )


@pytest.mark.parametrize(
    "repository", ["", "octo-org/octo-repo", "octo-org@123456/octo-repo@456789", "o/.github", "O1/a_b.c-d"]
)
def test_a_repository_is_named_as_githubs_tokens_name_it(repository: str) -> None:
    tree = changed(lambda tree: tree["github"].update(repository=repository))
    assert parse(tree, FILE).github.repository == repository


@pytest.mark.parametrize(
    "repository",
    [
        "octo-org",
        "octo-org/*",
        "octo-org/octo-repo@1",
        "octo-org@1/octo-repo",
        "*/*",
        "a/b/c",
        "-a/b",
        "a/b:environment:x",
    ],
)
def test_a_repository_that_could_let_others_in_is_refused(repository: str) -> None:
    text = refusal(lambda tree: tree["github"].update(repository=repository))
    assert text.startswith(f"trainyard-bootstrap:github.repository is {repository!r}; it should match pattern")
    assert "As GitHub writes it in a token's subject" in text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("state_key_arn", "arn:aws:kms:eu-west-1:222222222222:key/k"),
        ("oidc_provider_arn", "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"),
    ],
)
def test_what_exists_is_of_this_account(key: str, value: str) -> None:
    text = refusal(lambda tree: tree["existing"].update({key: value}))
    assert f"trainyard-bootstrap:existing.{key} is '{value}', of account 222222222222; only ARNs of account" in text


def test_the_states_key_is_of_this_region() -> None:
    text = refusal(lambda tree: tree["existing"].update(state_key_arn="arn:aws:kms:us-east-1:111111111111:key/k"))
    assert "of region us-east-1; only ARNs of region eu-west-1 are allowed" in text


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("state", "noncurrent_version_days", 0),
        ("state", "access_log_days", 4000),
        ("state", "key_deletion_days", 6),
        ("guards", "block_public_access", "perhaps"),
        ("guards", "encrypt_volumes", 7),
        ("guards", "guardduty", "on please"),
        ("existing", "state_bucket", "Not_A_Bucket"),
        ("existing", "state_key_arn", "alias/mine"),
        ("existing", "oidc_provider_arn", "arn:aws:iam::111111111111:oidc-provider/elsewhere.example.com"),
        ("existing", "public_access_block", "perhaps"),
        ("existing", "volume_encryption", "perhaps"),
        ("existing", "guardduty_detector", "mine"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_it_is_for(group: str, key: str, value: object) -> None:
    text = refusal(lambda tree: tree[group].update({key: value}))
    assert text.startswith(f"trainyard-bootstrap:{group}.{key} is {value!r}; it should ")
    assert "(" in text


def test_only_known_services_have_a_linked_role() -> None:
    text = refusal(lambda tree: tree["existing"].update(service_linked_roles=["ec2.amazonaws.com"]))
    assert "trainyard-bootstrap:existing.service_linked_roles[0] is 'ec2.amazonaws.com'" in text


@pytest.mark.parametrize(("key", "value"), [("account", "1111"), ("region", "Ireland")])
def test_account_and_region_are_checked(key: str, value: str) -> None:
    assert refusal(lambda tree: tree.update({key: value})).startswith(f"trainyard-bootstrap:{key} is {value!r}; ")
