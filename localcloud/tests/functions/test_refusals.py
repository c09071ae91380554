"""What Lambda refuses, and what is kept of a function: configuration, policy, tags."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .world import ECHO, World, archive, trust


def refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"Runtime": "python2.99"}, "InvalidParameterValueException", "Value python2.99 at 'runtime' failed"),
        ({"Runtime": "nodejs22.x"}, "InvalidParameterValueException", "it runs python3.11 and newer"),
        ({"FunctionName": "f" * 65}, "ValidationException", "length less than or equal to 64"),
        ({"Handler": None}, "InvalidParameterValueException", "Runtime and Handler are mandatory parameters"),
        ({"Timeout": 901}, "ValidationException", "Value '901' at 'timeout'"),
        ({"MemorySize": 10241}, "ValidationException", "Value '10241' at 'memorySize'"),
        ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file"),
        ({"Code": {"ImageUri": "i"}}, "InvalidParameterValueException", "it runs functions from zip files"),
        ({"Role": "arn:aws:iam::000000000001:role/absent"}, "InvalidParameterValueException", "cannot be assumed by"),
        ({"Role": "arn:aws:iam::000000000002:role/foreign"}, "AccessDeniedException", "Cross-account pass role"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "reserved keys"),
        ({"Environment": {"Variables": {"A": "x" * 4096}}}, "InvalidParameterValueException", "the 4KB limit"),
        (
            {"Layers": ["arn:aws:lambda:eu-west-1:000000000001:layer:x:1"]},
            "InvalidParameterValueException",
            "layer:x:1 does not",
        ),
        ({"Publish": True}, "InvalidParameterValueException", "the version $LATEST only"),
    ],
)
def test_what_lambda_refuses(world: World, changes: dict[str, Any], code: str, text: str) -> None:
    params = {
        "FunctionName": "refused",
        "Runtime": "python3.13",
        "Handler": "main.handler",
        "Role": world.role(),
        "Code": {"ZipFile": archive(main=ECHO)},
        **changes,
    }
    given = {name: value for name, value in params.items() if value is not None}
    found = refusal(world.functions.create_function, **given)
    assert found[0] == code
    assert text in found[1]
    assert refusal(world.functions.get_function, FunctionName="refused")[0] == "ResourceNotFoundException"


def test_a_role_must_trust_lambda(world: World) -> None:
    role = world.role("other", trust("sagemaker.amazonaws.com"))
    params = {"Runtime": "python3.13", "Handler": "main.handler", "Code": {"ZipFile": archive(main=ECHO)}}
    found = refusal(world.functions.create_function, FunctionName="refused", Role=role, **params)
    text = "The role defined for the function cannot be assumed by Lambda."
    assert found == ("InvalidParameterValueException", text)
    elsewhere = world.role("bound", trust(Condition={"StringEquals": {"aws:SourceAccount": "000000000009"}}))
    assert refusal(world.functions.create_function, FunctionName="refused", Role=elsewhere, **params)[1] == text
    here = world.role("bound-here", trust(Condition={"StringEquals": {"aws:SourceAccount": world.aws.account}}))
    world.functions.create_function(FunctionName="accepted", Role=here, **params)
    assert refusal(world.functions.create_function, FunctionName="accepted", Role=here, **params) == (
        "ResourceConflictException",
        "Function already exist: accepted",
    )


def test_a_configuration_is_read_back_and_changes_by_member(world: World) -> None:
    _, letters = world.queue("letters-of-kept")
    arn = world.make(
        "kept",
        Description="first",
        Tags={"team": "shop"},
        Environment={"Variables": {"A": "b"}},
        DeadLetterConfig={"TargetArn": letters},
        TracingConfig={"Mode": "Active"},
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"},
        KMSKeyArn="arn:aws:kms:eu-west-1:000000000001:key/k",
    )
    made = world.functions.get_function_configuration(FunctionName=arn)
    assert made["LoggingConfig"] == {
        "LogFormat": "JSON",
        "LogGroup": "/aws/lambda/kept",
        "ApplicationLogLevel": "WARN",
        "SystemLogLevel": "INFO",
    }
    assert (made["State"], made["Timeout"], made["MemorySize"], made["Version"]) == ("Active", 3, 128, "$LATEST")
    changed = world.functions.update_function_configuration(
        FunctionName="kept",
        Timeout=7,
        DeadLetterConfig={"TargetArn": ""},
        KMSKeyArn="",
        Environment={"Variables": {}},
        RevisionId=made["RevisionId"],
    )
    assert (changed["Timeout"], changed["Description"], changed["TracingConfig"]) == (7, "first", {"Mode": "Active"})
    assert not {"DeadLetterConfig", "KMSKeyArn", "Environment"} & changed.keys()
    stale = refusal(world.functions.update_function_configuration, FunctionName="kept", RevisionId=made["RevisionId"])
    assert stale[0] == "PreconditionFailedException"
    world.functions.tag_resource(Resource=arn, Tags={"stage": "dev"})
    world.functions.untag_resource(Resource=arn, TagKeys=["team"])
    assert world.functions.list_tags(Resource=arn)["Tags"] == {"stage": "dev"}
    found = world.aws.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["lambda:function"])
    assert {"ResourceARN": arn, "Tags": [{"Key": "stage", "Value": "dev"}]} in found["ResourceTagMappingList"]
    assert "kept" in {one["FunctionName"] for one in world.functions.list_functions()["Functions"]}


def test_a_policy_has_each_statement_once(world: World) -> None:
    arn = world.make("policed")
    assert refusal(world.functions.get_policy, FunctionName="policed")[0] == "ResourceNotFoundException"
    permission = {"FunctionName": "policed", "StatementId": "s", "Action": "lambda:InvokeFunction"}
    said = world.functions.add_permission(**permission, Principal="000000000002", SourceAccount="000000000003")
    statement = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000002:root"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceAccount": "000000000003"}},
    }
    assert json.loads(said["Statement"]) == statement
    assert refusal(world.functions.add_permission, **permission, Principal="*")[0] == "ResourceConflictException"
    wrong = {**permission, "StatementId": "t", "Principal": "*", "FunctionUrlAuthType": "NONE"}
    assert "only supported for lambda:InvokeFunctionUrl" in refusal(world.functions.add_permission, **wrong)[1]
    assert json.loads(world.functions.get_policy(FunctionName="policed")["Policy"])["Statement"] == [statement]
    world.functions.remove_permission(FunctionName="policed", StatementId="s")
    missing = refusal(world.functions.remove_permission, FunctionName="policed", StatementId="s")
    assert missing[0] == "ResourceNotFoundException"


def test_how_events_are_treated_is_read_back_and_goes(world: World) -> None:
    world.make("treated")
    ask = {"FunctionName": "treated"}
    assert refusal(world.functions.get_function_event_invoke_config, **ask)[0] == "ResourceNotFoundException"
    world.functions.put_function_event_invoke_config(**ask, MaximumRetryAttempts=1)
    world.functions.update_function_event_invoke_config(**ask, MaximumEventAgeInSeconds=60)
    found = world.functions.get_function_event_invoke_config(**ask)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 60)
    bus = "arn:aws:events:eu-west-1:000000000001:event-bus/default"
    config = {"OnFailure": {"Destination": bus}}
    served = refusal(world.functions.put_function_event_invoke_config, **ask, DestinationConfig=config)
    assert "only SQS queues and SNS topics are" in served[1]
    world.functions.delete_function_event_invoke_config(**ask)
    assert refusal(world.functions.get_function_event_invoke_config, **ask)[0] == "ResourceNotFoundException"


def test_what_is_not_served_is_refused_by_its_name(world: World) -> None:
    code, text = refusal(world.functions.publish_version, FunctionName="kept")
    assert (code, text) == ("NotImplemented", "Lambda's PublishVersion is not served by the local cloud.")


def test_a_rule_s_schedule_must_be_one(world: World) -> None:
    events = world.aws.client("events")
    for expression in ("rate(1 minutes)", "at(2030-01-01T00:00:00)", "cron(0 12 * * * *)"):
        found = refusal(events.put_rule, Name="never", ScheduleExpression=expression)
        assert found == ("ValidationException", "Parameter ScheduleExpression is not valid.")
