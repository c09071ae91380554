import json

import pytest

from localcloud.events.message import message_of, value_at
from localcloud.testing import running_cloud

EVENT = {"source": "aws.sagemaker", "time": "2026-01-01T00:00:00Z", "detail": {"Name": 'a "b"', "Tags": [{"k": 1}]}}


def message(**target):
    return message_of(target, EVENT, rule_name="r", rule_arn="arn:r")


def test_a_target_gets_the_event_a_part_or_a_constant():
    assert json.loads(message()) == EVENT
    assert json.loads(message(InputPath="$.detail.Tags[0]")) == {"k": 1}
    assert message(Input='{"fixed": 1}') == '{"fixed": 1}'
    assert value_at(EVENT, "$.detail.absent.deeper") is None


def test_a_transformed_input_stays_valid_json():
    template = '{"text": "model <name> by <aws.events.rule-name>", "whole": <name>, "tags": <tags>}'
    paths = {"name": "$.detail.Name", "tags": "$.detail.Tags"}
    text = message(InputTransformer={"InputTemplate": template, "InputPathsMap": paths})
    assert json.loads(text) == {"text": 'model a "b" by r', "whole": 'a "b"', "tags": [{"k": 1}]}


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with running_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


def queue_behind_rule(aws, name, pattern, state="ENABLED"):
    sqs, events = aws.client("sqs"), aws.client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
    # The first target does not exist: it must not keep the event from the second.
    events.put_targets(Rule=name, Targets=[{"Id": "0", "Arn": f"{arn}-absent"}, {"Id": "1", "Arn": arn}])
    return url


def bodies(aws, url):
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_an_approval_reaches_only_rules_that_ask_for_it(aws):
    kind = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Model Package State Change"]}
    approved = queue_behind_rule(aws, "approved", {**kind, "detail": {"ModelApprovalStatus": ["Approved"]}})
    rejected = queue_behind_rule(aws, "rejected", {**kind, "detail": {"ModelApprovalStatus": ["Rejected"]}})
    disabled = queue_behind_rule(aws, "disabled", kind, state="DISABLED")
    sagemaker = aws.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="shop")
    arn = sagemaker.create_model_package(ModelPackageGroupName="shop")["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    (event,) = bodies(aws, approved)
    assert event["resources"] == [arn]
    assert (event["account"], event["region"], event["source"]) == (aws.account, aws.region, "aws.sagemaker")
    assert event["detail"]["ModelPackageVersion"] == 1
    assert not any(key.startswith("_") for key in event["detail"])
    assert bodies(aws, rejected) == bodies(aws, disabled) == []


def test_a_failing_bus_does_not_fail_the_emitter(aws, caplog):
    aws.cloud.bus.emit(aws.scope, source="", detail_type="x" * 200, detail={"bad": "y"}, resources=["arn:x"])
    aws.cloud.bus.emit(aws.scope, source="s", detail_type="t", detail={"no": object()}, resources=["arn:x"])
    assert "could not be delivered" in caplog.text


def test_a_target_that_is_not_served_keeps_the_event_from_nobody(aws):
    events, pattern = aws.client("events"), {"source": ["mine"]}
    # Rules are asked in the order they were made.
    events.put_rule(Name="a-function", EventPattern=json.dumps(pattern))
    function = "arn:aws:lambda:eu-west-1:000000000001:function:absent"
    events.put_targets(Rule="a-function", Targets=[{"Id": "1", "Arn": function}])
    queue = queue_behind_rule(aws, "after-the-function", pattern)
    answer = events.put_events(Entries=[{"Source": "mine", "DetailType": "test", "Detail": "{}"}])
    assert answer["FailedEntryCount"] == 0
    assert [event["source"] for event in bodies(aws, queue)] == ["mine"]
