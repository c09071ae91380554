"""What is not known before it is applied neither passes nor fails."""

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.tags import default_tags
from stacks.rules import UNKNOWN, Resource, check
from tests.harness import deploy
from tests.harness.judged import resources
from tests.stacks.rules import sound

TYPES = {
    "bucket": "aws:s3/bucket:Bucket",
    "block": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "encryption": "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
    "grant": "aws:iam/rolePolicy:RolePolicy",
    "alarm": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "config": "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "topic": "aws:sns/topic:Topic",
    "parameter": "aws:ssm/parameter:Parameter",
}


def resource(role: str, name: str = "it", references: dict[str, list[str]] | None = None, **inputs: Any) -> Resource:
    urn = f"urn:pulumi:dev::trainyard::{TYPES[role]}::{name}"
    return Resource(
        urn=urn,
        type=TYPES[role],
        name=name,
        inputs={"tags": default_tags("dev"), **inputs},
        protect=True,
        references=references or {},
    )


def judged(*found: Resource) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the rules broken with the resource's name, and the rules unjudged with the property."""
    findings = check(found, sound.CONTEXT)
    return {(each.rule, each.name) for each in findings.violations}, {
        (each.rule, each.property) for each in findings.unjudged
    }


@pytest.mark.parametrize(
    ("role", "inputs", "expected"),
    [
        ("topic", {"kmsMasterKeyId": UNKNOWN}, ("encrypted", "kmsMasterKeyId")),
        ("topic", {"policy": UNKNOWN}, ("tls-only", "policy")),
        ("topic", {"namePrefix": UNKNOWN}, ("names-without-timestamps", "namePrefix")),
        ("topic", {"tags": UNKNOWN}, ("tagged", "tags")),
        ("topic", {"tags": {**default_tags("dev"), "environment": UNKNOWN}}, ("tagged", "tags.environment")),
        ("grant", {"policy": UNKNOWN}, ("no-unreasoned-star", "policy")),
        ("grant", {"policy": UNKNOWN}, ("no-full-access", "policy")),
        ("grant", {"policy": UNKNOWN}, ("no-public-principal", "policy")),
        ("grant", {"policy": UNKNOWN}, ("no-cross-account-reference", "policy")),
        ("alarm", {"alarmActions": UNKNOWN}, ("alarms-watch-and-tell", "alarmActions")),
        ("alarm", {"dimensions": UNKNOWN}, ("alarms-watch-and-tell", "dimensions")),
        ("alarm", {"metricQueries": UNKNOWN}, ("alarms-watch-and-tell", "metricQueries")),
        (
            "config",
            {"productionVariants": [{"instanceType": UNKNOWN}]},
            ("approved-instance-types", "productionVariants"),
        ),
        ("config", {"dataCaptureConfig": UNKNOWN}, ("encrypted", "dataCaptureConfig.kmsKeyId")),
        ("parameter", {"value": UNKNOWN}, ("approved-instance-types", "value")),
        ("bucket", {"forceDestroy": UNKNOWN}, ("protected", "forceDestroy")),
        ("bucket", {"acl": UNKNOWN}, ("no-public-bucket", "acl")),
    ],
)
def test_an_unknown_value_is_unjudged_and_breaks_nothing(
    role: str, inputs: dict[str, Any], expected: tuple[str, str]
) -> None:
    it = resource(role, **inputs)
    assert expected in judged(it)[1]
    assert not [each.what for each in check([it], sound.CONTEXT).violations if f" {expected[1]} " in each.what]


def test_an_unknown_flag_of_an_access_block_is_unjudged() -> None:
    bucket = resource("bucket", "b", bucket="b")
    broken, unjudged = judged(bucket, resource("block", "block", bucket="b", blockPublicAcls=UNKNOWN))
    assert ("no-public-bucket", "blockPublicAcls") in unjudged
    assert ("no-public-bucket", "block") in broken  # of the flags that are not set


def test_a_star_in_a_document_that_is_known_in_part_is_refused_whatever_the_rest_will_be() -> None:
    star = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["*", UNKNOWN]}
    broken, unjudged = judged(resource("grant", policy=sound.document(star)))
    assert broken == {("no-unreasoned-star", "it")}
    assert ("no-unreasoned-star", "policy") in unjudged


def test_a_principal_behind_an_unknown_condition_is_unjudged() -> None:
    open_door = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    condition = {"StringEquals": {"aws:PrincipalAccount": UNKNOWN}}
    broken, unjudged = judged(resource("policy", policy=sound.document(open_door | {"Condition": condition})))
    assert broken == set()
    assert ("no-public-principal", "policy") in unjudged


def parts(bucket: Resource, *, related: bool) -> list[Resource]:
    """Return the parts of a bucket in the first preview, when its name is not known."""
    references = {"bucket": [bucket.urn]} if related else {}
    flags = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
    default = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": sound.KEY}}
    return [
        resource("block", f"{bucket.name}-block", references, bucket=UNKNOWN, **flags),
        resource("encryption", f"{bucket.name}-encryption", references, bucket=UNKNOWN, rules=[default]),
        resource("policy", f"{bucket.name}-policy", references, bucket=UNKNOWN, policy=UNKNOWN),
    ]


def test_parts_are_found_by_what_their_bucket_input_was_made_of_before_its_name_is_known() -> None:
    closed, open_ = resource("bucket", "closed"), resource("bucket", "open")
    broken, _ = judged(closed, *parts(closed, related=True), open_)
    assert broken == {("no-public-bucket", "open"), ("encrypted", "open"), ("tls-only", "open")}


def test_a_bucket_whose_parts_cannot_be_told_is_unjudged() -> None:
    bucket = resource("bucket")
    broken, unjudged = judged(bucket, *parts(bucket, related=False))
    assert broken == set()
    assert {("no-public-bucket", "bucket"), ("encrypted", "bucket"), ("tls-only", "bucket")} <= unjudged


def test_parts_of_another_bucket_do_not_count() -> None:
    bucket = resource("bucket", "open", bucket="open")
    block = resource("block", "block", bucket="another", blockPublicAcls=True)
    broken, unjudged = judged(bucket, block)
    assert ("no-public-bucket", "open") in broken
    assert not {rule for rule, _ in unjudged} & {"no-public-bucket"}


def test_names_decide_where_the_program_says_nothing_of_references() -> None:
    found = resources(deploy(sound.with_provider(lambda opts: sound.bucket(opts, bucket="data-of-dev"))))
    named = [
        replace(each, references={}, inputs={**each.inputs, "bucket": "data-of-dev"})
        if each.type.startswith("aws:s3/")
        else each
        for each in found
    ]
    assert check(named, sound.CONTEXT).violations == ()


def test_each_unknown_is_told_once_for_a_property() -> None:
    findings = check([resource("alarm", dimensions={"a": UNKNOWN, "b": UNKNOWN})], sound.CONTEXT)
    crossing = [each for each in findings.unjudged if each.rule == "no-cross-account-reference"]
    assert [each.property for each in crossing] == ["dimensions"]


def test_an_unknown_inside_of_json_is_found() -> None:
    _, unjudged = judged(resource("parameter", value=json.dumps({"roles": {"serving": UNKNOWN}})))
    assert ("no-cross-account-reference", "value") in unjudged
