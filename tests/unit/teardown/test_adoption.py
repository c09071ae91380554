"""What is looked for after an engine was killed in the middle of creations."""

import re
from pathlib import Path

import pytest

from trainyard.teardown import Estate
from trainyard.teardown.adoption import (
    ATTACHED,
    LISTINGS,
    NAMED,
    TAGGED,
    Found,
    Unfinished,
    adoptable,
    adopted,
    is_known,
)

PLACE = {"partition": "aws", "region": "eu-west-1", "account": "000000000001"}


def begun(type: str, **inputs: str) -> Unfinished:
    return Unfinished(urn=f"urn:{type}::it", type=type, inputs=inputs)


@pytest.mark.parametrize(
    ("item", "identity"),
    [
        (begun("aws:s3/bucket:Bucket", bucket="raw-1b"), "raw-1b"),
        (begun("aws:sns/topic:Topic", name="alarms-5e"), "arn:aws:sns:eu-west-1:000000000001:alarms-5e"),
        (begun("aws:iam/rolePolicy:RolePolicy", role="serving-1", name="policy-2"), "serving-1:policy-2"),
        (begun("aws:cloudwatch/eventTarget:EventTarget", rule="tick", targetId="release"), "tick/release"),
        (begun("aws:sqs/queue:Queue", name="failed"), "https://sqs.eu-west-1.amazonaws.com/000000000001/failed"),
    ],
)
def test_what_has_a_name_is_looked_for_by_it(item: Unfinished, identity: str):
    assert list(adoptable([item], [], [], PLACE)) == [(item.urn, identity)]


def test_what_aws_names_is_found_by_its_tags_and_never_one_that_the_state_knows():
    first, second = begun("aws:ec2/subnet:Subnet"), Unfinished(urn="two", type="aws:ec2/subnet:Subnet", inputs={})
    found = [Found(kind="vpc", id="vpc-1"), *(Found(kind="subnet", id=f"subnet-{number}") for number in (1, 2, 3))]
    pairs = list(adoptable([first, second], found, ["subnet-1"], PLACE))
    assert pairs == [(first.urn, "subnet-2"), ("two", "subnet-3")]


def test_what_was_not_made_is_not_looked_for():
    assert list(adoptable([begun("aws:kms/key:Key"), begun("aws:s3/bucketPolicy:BucketPolicy")], [], [], PLACE)) == []


def test_the_state_tells_what_was_begun():
    resource = {"urn": "u", "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"bucket": "raw-1b"}}
    begun_only = {"resource": resource, "type": "creating"}
    being_deleted = {"resource": {**resource, "urn": "v"}, "type": "deleting"}
    estate = Estate.read({"deployment": {"resources": [], "pending_operations": [begun_only, being_deleted]}})
    assert estate.unfinished == (Unfinished(urn="u", type="aws:s3/bucket:Bucket", inputs={"bucket": "raw-1b"}),)


def test_what_is_adopted_is_a_resource_with_its_id_and_the_rest_is_forgotten():
    begun_rows = [{"urn": urn, "type": "aws:s3/bucket:Bucket", "parent": "p"} for urn in ("made", "lost")]
    pending = [*({"resource": row, "type": "creating"} for row in begun_rows), {"resource": {}, "type": "deleting"}]
    exported = {"version": 3, "deployment": {"resources": [{"urn": "p"}], "pending_operations": pending}}
    state = adopted(exported, {"made": "raw-1b"})
    assert state["version"] == 3
    assert state["deployment"]["resources"] == [{"urn": "p"}, {**begun_rows[0], "id": "raw-1b"}]
    assert state["deployment"]["pending_operations"] == []


def test_every_type_of_the_committed_stacks_has_its_way_of_being_found():
    trees = (Path(__file__).parents[2] / "stacks" / "__snapshots__" / "test_environments.ambr").read_text()
    types = set(re.findall(r"aws:\w+/\w+:\w+", trees))
    assert len(types) > 30
    assert {one for one in types if not is_known(one)} == set()
    assert {*LISTINGS, "key"} == set(TAGGED.values())
    assert len({*NAMED, *TAGGED, *ATTACHED}) == len(NAMED) + len(TAGGED) + len(ATTACHED)
