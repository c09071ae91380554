"""Asynchronous events: from Invoke, rules, schedules and topics; retried, and sent on when they fail."""

import json
from datetime import UTC, datetime

from .world import World, eventually

PRINTS = """
import json
def handler(event, context):
    print("SEEN " + json.dumps(event))
    if "fail" in json.dumps(event):
        raise ValueError("no good")
"""


def permit(world: World, name: str, service: str, source: str) -> None:
    world.functions.add_permission(
        FunctionName=name,
        StatementId=f"from-{service.split('.')[0]}",
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source,
    )


def test_an_event_that_fails_is_tried_again_and_goes_to_its_destination(world: World) -> None:
    arn = world.make("flaky", PRINTS)
    url, queue = world.queue("failures")
    config = world.functions.put_function_event_invoke_config(
        FunctionName="flaky", DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    assert config["FunctionArn"] == f"{arn}:$LATEST"
    answer = world.functions.invoke(FunctionName="flaky", InvocationType="Event", Payload=b'{"how": "fail"}')
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    record = json.loads(world.message(url)["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestContext"]["functionArn"] == f"{arn}:$LATEST"
    assert record["requestPayload"] == {"how": "fail"}
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorMessage"] == "no good"
    assert world.seen("flaky", 3) == [{"how": "fail"}] * 3


def test_no_retry_where_none_is_wanted_and_success_has_a_destination_too(world: World) -> None:
    world.make("once", PRINTS)
    failed, lost = world.queue("once-failed")
    passed, kept = world.queue("once-passed")
    destinations = {"OnFailure": {"Destination": lost}, "OnSuccess": {"Destination": kept}}
    world.functions.put_function_event_invoke_config(
        FunctionName="once", MaximumRetryAttempts=0, DestinationConfig=destinations
    )
    world.functions.invoke(FunctionName="once", InvocationType="Event", Payload=b'"fail"')
    assert json.loads(world.message(failed)["Body"])["requestContext"]["approximateInvokeCount"] == 1
    world.functions.invoke(FunctionName="once", InvocationType="Event", Payload=b'"well"')
    record = json.loads(world.message(passed)["Body"])
    assert (record["requestContext"]["condition"], record["responsePayload"]) == ("Success", None)


def test_an_event_that_is_too_old_is_given_up(world: World) -> None:
    world.make("crowded", PRINTS)
    url, queue = world.queue("aged")
    world.functions.put_function_event_invoke_config(
        FunctionName="crowded", MaximumEventAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    world.functions.put_function_concurrency(FunctionName="crowded", ReservedConcurrentExecutions=0)
    world.functions.invoke(FunctionName="crowded", InvocationType="Event", Payload=b"1")
    record = json.loads(world.message(url)["Body"])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert "responsePayload" not in record
    assert world.log("crowded") == []


def test_a_dead_letter_queue_gets_the_event_itself(world: World) -> None:
    url, queue = world.queue("letters")
    world.make("drops", PRINTS, DeadLetterConfig={"TargetArn": queue})
    world.functions.put_function_event_invoke_config(FunctionName="drops", MaximumRetryAttempts=0)
    world.functions.invoke(FunctionName="drops", InvocationType="Event", Payload=b'{"how": "fail"}')
    letter = world.message(url)
    assert json.loads(letter["Body"]) == {"how": "fail"}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no good"


def test_a_rule_invokes_its_function_only_with_permission(world: World) -> None:
    arn, events = world.make("ruled", PRINTS), world.aws.client("events")
    pattern = json.dumps({"source": ["shop"]})
    rule = events.put_rule(Name="orders", EventPattern=pattern)["RuleArn"]
    target = {"Id": "1", "Arn": arn, "InputPath": "$.detail"}
    events.put_targets(Rule="orders", Targets=[target])
    entry = {"Source": "shop", "DetailType": "Order"}
    permit(world, "ruled", "events.amazonaws.com", f"{rule}-another")
    events.put_events(Entries=[{**entry, "Detail": '{"order": 1}'}])
    assert world.total("AWS/Events", "FailedInvocations", RuleName="orders") == 1
    world.functions.remove_permission(FunctionName="ruled", StatementId="from-events")
    permit(world, "ruled", "events.amazonaws.com", rule)
    events.put_events(Entries=[{**entry, "Detail": '{"order": 2}'}])
    assert world.seen("ruled") == [{"order": 2}]
    assert world.total("AWS/Events", "FailedInvocations", RuleName="orders") == 1
    assert world.total("AWS/Events", "Invocations", RuleName="orders") == 2


def test_a_schedule_fires_on_the_cloud_s_clock_and_one_process_serves_it(world: World) -> None:
    source = "import json, os\ndef handler(event, context):\n    print('SEEN ' + json.dumps([os.getpid(), event]))\n"
    arn, events = world.make("ticks", source), world.aws.client("events")
    url, queue = world.queue("ticks")
    # Without a limit a machine that is busy starts a second process where a tick comes before the last one ended.
    world.functions.put_function_concurrency(FunctionName="ticks", ReservedConcurrentExecutions=1)
    rule = events.put_rule(Name="ticks", ScheduleExpression="rate(1 minute)")["RuleArn"]
    permit(world, "ticks", "events.amazonaws.com", rule)
    events.put_targets(Rule="ticks", Targets=[{"Id": "f", "Arn": arn}, {"Id": "q", "Arn": queue}])
    seen = world.seen("ticks", 3)  # three minutes take 1.5 s here
    assert len({process for process, _ in seen}) == 1
    _, event = seen[0]
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == [rule]
    assert datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) <= datetime.now(UTC)
    assert json.loads(world.message(url)["Body"])["detail-type"] == "Scheduled Event"
    events.disable_rule(Name="ticks")
    events.remove_targets(Rule="ticks", Ids=["f", "q"])


def test_a_topic_invokes_its_function_with_a_record(world: World) -> None:
    arn, sns = world.make("told", PRINTS), world.aws.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    policy = {"FilterPolicy": json.dumps({"kind": ["loud"]})}
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes=policy)["SubscriptionArn"]
    loud = {"kind": {"DataType": "String", "StringValue": "loud"}}
    sns.publish(TopicArn=topic, Message="without permission", MessageAttributes=loud)
    permit(world, "told", "sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="quiet")
    sns.publish(TopicArn=topic, Message="hello", Subject="News", MessageAttributes=loud)
    ((record,),) = [event["Records"] for event in world.seen("told")]
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", subscription)
    message = record["Sns"]
    assert (message["Message"], message["Subject"], message["TopicArn"]) == ("hello", "News", topic)
    assert message["MessageAttributes"] == {"kind": {"Type": "String", "Value": "loud"}}
    assert {"SigningCertUrl", "UnsubscribeUrl", "MessageId", "Timestamp"} <= message.keys()


def test_the_cloud_s_own_events_reach_a_function(world: World) -> None:
    arn, events = world.make("approved", PRINTS), world.aws.client("events")
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Model Package State Change"]}
    rule = events.put_rule(Name="approved", EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule="approved", Targets=[{"Id": "1", "Arn": arn}])
    permit(world, "approved", "events.amazonaws.com", rule)
    sagemaker = world.aws.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="approved")
    package = sagemaker.create_model_package(ModelPackageGroupName="approved")["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
    seen = eventually(
        lambda: [one for one in world.seen("approved") if one["detail"]["ModelApprovalStatus"] == "Approved"]
    )
    assert seen[0]["resources"] == [package]
