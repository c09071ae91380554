"""Another account or region is found wherever it stands, and nothing else is taken for one."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.tags import default_tags
from stacks.rules import Resource, check
from stacks.rules.aws_registries import SCIKIT_LEARN
from stacks.rules.tags import required
from tests.stacks.rules.sound import ACCOUNT, CONTEXT, OTHER, REGION

RULE = "no-cross-account-reference"
accounts = st.from_regex(r"\A[0-9]{12}\Z").filter(lambda account: account not in (ACCOUNT, SCIKIT_LEARN[REGION]))
services = st.sampled_from(["dynamodb", "iam", "kms", "sagemaker", "sns", "ecr", "logs"])


def strays(**inputs: Any) -> list[str]:
    resource = Resource(urn="urn:it", type="aws:ssm/parameter:Parameter", name="it", inputs=inputs)
    return [each.what for each in check([resource], CONTEXT).violations if each.rule == RULE]


def buried(value: str, depth: int) -> Any:
    """Return `value` in lists, mappings and JSON documents inside of each other."""
    for level in range(depth):
        value = [{"deeper": value}, {"deeper": json.dumps({"document": value})}][level % 2]  # type: ignore[assignment]
    return value


@given(account=accounts, service=services, depth=st.integers(0, 5))
def test_an_arn_of_another_account_is_found_however_deep(account: str, service: str, depth: int) -> None:
    (what,) = strays(value=buried(f"arn:aws:{service}:{REGION}:{account}:thing/name", depth))
    assert what.endswith(f", of account {account}.")


@given(service=services, depth=st.integers(0, 5), rest=st.text("abc/:-_0123456789", max_size=30))
def test_an_arn_of_the_environment_itself_is_never_refused(service: str, depth: int, rest: str) -> None:
    assert strays(value=buried(f"arn:aws:{service}:{REGION}:{ACCOUNT}:thing/{rest}", depth)) == []


@given(account=accounts, depth=st.integers(0, 5))
def test_an_account_by_itself_or_in_a_name_is_found(account: str, depth: int) -> None:
    assert len(strays(value=buried(account, depth))) == 1
    assert len(strays(value=buried(f"s3://trainyard-state-{account}-{REGION}/key", depth))) == 1
    assert len(strays(value=buried(f"https://sqs.{REGION}.amazonaws.com/{account}/queue", depth))) == 1


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        f"{SCIKIT_LEARN[REGION]}.dkr.ecr.{REGION}.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
        f"arn:aws:ecr:{REGION}:{SCIKIT_LEARN[REGION]}:repository/sagemaker-scikit-learn",
        f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-123456789012",
        "1234abcd-12ab-34cd-56ef-123456789012",
        "sha256:2222222222223333333333334444",
        "+442222222222",
        f"com.amazonaws.{REGION}.s3",
        f"logs.{REGION}.amazonaws.com",
        "sagemaker.amazonaws.com",
        "*",
    ],
)
def test_what_only_looks_like_an_account_is_left_alone(value: str) -> None:
    assert strays(value=value) == []


@pytest.mark.parametrize(
    ("value", "of"),
    [
        (f"arn:aws:iam::{SCIKIT_LEARN[REGION]}:root", f"of account {SCIKIT_LEARN[REGION]}"),
        (f"{SCIKIT_LEARN['us-east-1']}.dkr.ecr.us-east-1.amazonaws.com/a:1", f"of account {SCIKIT_LEARN['us-east-1']}"),
        ("arn:aws:sagemaker:*:111111111111:endpoint/x", "of every region"),
        ("arn:aws:iam::*:role/deploy", "of every account"),
        ("com.amazonaws.us-east-1.s3", "of region us-east-1"),
        ("logs.us-east-1.amazonaws.com", "of region us-east-1"),
    ],
)
def test_what_leads_out_is_named(value: str, of: str) -> None:
    assert f", {of}." in " ".join(strays(value=value))


def test_the_same_stray_is_told_once_for_a_value() -> None:
    arn = f"arn:aws:sns:{REGION}:{OTHER}:a"
    assert len(strays(value=f"{arn} {arn}")) == 1


def test_the_table_of_registries_is_the_sagemaker_sdks() -> None:
    sdk = find_spec("sagemaker")  # found, not imported: that takes seconds
    assert sdk is not None
    assert sdk.submodule_search_locations is not None
    (folder,) = sdk.submodule_search_locations
    known = json.loads((Path(folder) / "core" / "image_uri_config" / "sklearn.json").read_text())
    registries = known["inference"]["versions"]["1.2-1"]["registries"]
    assert {region: registries[region] for region in SCIKIT_LEARN} == SCIKIT_LEARN


def test_the_tags_that_are_required_are_those_that_the_provider_gives() -> None:
    assert required("dev") == default_tags("dev")
