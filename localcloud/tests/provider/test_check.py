"""What a type does not accept is refused by name; what the bridge coerces is coerced."""

from typing import Any

import pytest

from localcloud.provider.check import check
from localcloud.provider.errors import ProviderError, UnknownTypeError
from localcloud.provider.provider import Provider
from localcloud.provider.recorded import MemoryRecords
from localcloud.provider.schema import resource_type
from localcloud.provider.session import Session
from localcloud.provider.values import UNKNOWN


def reasons(token: str, **inputs: Any) -> list[str]:
    return [failure.reason for failure in check(resource_type(token), inputs)[1]]


def test_an_unknown_property_names_type_property_and_nearest() -> None:
    assert reasons("aws:s3/bucket:Bucket", forceDestory=True) == [
        "aws:s3/bucket:Bucket has no property 'forceDestory' (nearest: 'forceDestroy')"
    ]


def test_a_misspelt_nested_property_is_found_at_its_path() -> None:
    found = reasons(
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        productionVariants=[{"modelNmae": "m"}],
    )
    assert found == [
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration has no property 'productionVariants[0].modelNmae' "
        "(nearest: 'modelName')"
    ]


def test_a_missing_required_property_names_what_was_probably_meant() -> None:
    assert reasons("aws:iam/role:Role", asumeRolePolicy="{}")[1] == (
        "aws:iam/role:Role needs the property 'assumeRolePolicy' (nearest given: 'asumeRolePolicy')"
    )


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"visibilityTimeoutSeconds": "soon"}, "'visibilityTimeoutSeconds' must be a whole number, got 'soon'"),
        ({"fifoQueue": "perhaps"}, "'fifoQueue' must be true or false, got 'perhaps'"),
        ({"tags": ["a"]}, "'tags' must be a map, got ['a']"),
        ({"visibilityTimeoutSeconds": 1.5}, "'visibilityTimeoutSeconds' must be a whole number, got 1.5"),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_is_wanted(inputs: dict[str, Any], text: str) -> None:
    assert reasons("aws:sqs/queue:Queue", **inputs) == [f"aws:sqs/queue:Queue: {text}"]


def test_values_are_coerced_as_the_bridge_does() -> None:
    given = {"visibilityTimeoutSeconds": "60", "fifoQueue": "true", "tags": {"number": 1, "yes": True}}
    inputs, failures = check(resource_type("aws:sqs/queue:Queue"), given)
    assert not failures
    assert inputs == {"visibilityTimeoutSeconds": 60, "fifoQueue": True, "tags": {"number": "1", "yes": "true"}}


def test_unknown_values_pass_at_any_depth() -> None:
    assert not reasons("aws:sqs/queue:Queue", tags={"a": UNKNOWN}, visibilityTimeoutSeconds=UNKNOWN)


def test_an_unknown_type_is_refused_by_name() -> None:
    session = Session(clients=lambda service, region: None, region="eu-west-1", records=MemoryRecords())
    with pytest.raises(
        UnknownTypeError, match=r"no resource type 'aws:s3/bukket:Bukket'; nearest: aws:s3/bucket:Bucket"
    ):
        Provider(session).check("aws:s3/bukket:Bukket", "x", {}, {})


def test_settings_on_the_bucket_itself_are_refused_with_the_way_out() -> None:
    session = Session(clients=lambda service, region: None, region="eu-west-1", records=MemoryRecords())
    _, failures = Provider(session).check("aws:s3/bucket:Bucket", "x", {}, {"acl": "private", "policy": "{}"})
    assert [failure.reason for failure in failures] == [
        "aws:s3/bucket:Bucket: 'policy' on the bucket itself is deprecated and not emulated: use its own resource type"
    ]


def test_a_value_that_the_api_does_not_list_is_refused_before_the_call(provider: Provider) -> None:
    inputs = {"name": "/x", "type": "Sring", "value": "1"}
    text = "PutParameter.Type is 'Sring', AWS allows String, StringList, SecureString \\(nearest: 'String'\\)"
    with pytest.raises(ProviderError, match=text):
        provider.create("aws:ssm/parameter:Parameter", "p", inputs)
