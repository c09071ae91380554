import json
from collections.abc import Callable
from dataclasses import replace

import pulumi
import pulumi_aws as aws
import pytest

from infra import powertools
from infra.approval_function import ApprovalFunction, ApprovalFunctionArgs
from infra.function import Function, FunctionArgs
from infra.release_function import ReleaseFunction, ReleaseFunctionArgs, approval_pattern, endpoint_pattern
from infra.retraining_function import RetrainingFunction, RetrainingFunctionArgs
from infra.roles import GrantedRole
from stacks.rules import aws_registries
from tests.harness import Deployment, deploy

KEY, TOPIC = "arn:aws:kms:eu-west-1:111111111111:key/k", "arn:aws:sns:eu-west-1:111111111111:topic"
ANN, BEN = (f"arn:aws:iam::111111111111:role/{name}" for name in ("ann", "ben"))


def args(*, takes_events: bool = False, reserved_concurrency: int = 0) -> FunctionArgs:
    role = aws.iam.Role("role", assume_role_policy="{}")
    return FunctionArgs(
        function_name="trainyard-dev-work",
        description="Works",
        handler="module.handler",
        code=pulumi.AssetArchive({"module.py": pulumi.FileAsset(__file__)}),
        role=GrantedRole(role, aws.iam.RolePolicy("policy", role=role.name, policy="{}")),
        region="eu-west-1",
        variables={"TRAINYARD_ENVIRONMENT": "dev"},
        timeout_seconds=30,
        takes_events=takes_events,
        log_days=14,
        key_arn=KEY,
        topic_arn=TOPIC,
        reserved_concurrency=reserved_concurrency,
    )


def function(**changes: object) -> Deployment:
    return deploy(lambda: Function("work", args(**changes)))  # type: ignore[arg-type]


def approval(*approvers: str) -> Deployment:
    return deploy(lambda: ApprovalFunction("approval", ApprovalFunctionArgs(function=args(), approvers=approvers)))


def release() -> Deployment:
    made = ["recommender-dev", "ranker-dev"]
    return deploy(
        lambda: ReleaseFunction("release", ReleaseFunctionArgs(function=args(takes_events=True), endpoints=made))
    )


def test_a_function_runs_our_code_on_awss_layer_with_its_role_and_no_more_time_than_asked() -> None:
    found = function().one("lambda/function:Function")
    assert found.inputs == {
        "name": "trainyard-dev-work",
        "description": "Works",
        "runtime": "python3.13",
        "architectures": ["x86_64"],
        "handler": "module.handler",
        "code": {"module.py": __file__},
        "layers": ["arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:27"],
        "role": "arn:aws:iam::111111111111:role/role",
        "timeout": 30,
        "memorySize": 512,
        "environment": {"variables": {"TRAINYARD_ENVIRONMENT": "dev"}},
    }


def test_the_layers_account_is_the_one_that_the_rules_know() -> None:
    assert aws_registries.layer_accounts() == (powertools.ACCOUNT,)


def test_its_log_group_is_encrypted_kept_for_a_while_and_there_before_it() -> None:
    deployment = function()
    log = deployment.one("LogGroup")
    assert log.inputs == {"name": "/aws/lambda/trainyard-dev-work", "retentionInDays": 14, "kmsKeyId": KEY}
    assert {"work-log", "policy"} <= set(deployment.one("lambda/function:Function").dependencies)


def test_concurrency_is_set_aside_only_where_it_is_asked_for() -> None:
    assert "reservedConcurrentExecutions" not in function().one("lambda/function:Function").inputs
    set_aside = function(reserved_concurrency=2).one("lambda/function:Function")
    assert set_aside.inputs["reservedConcurrentExecutions"] == 2


@pytest.mark.parametrize("seconds", [0, 901])
def test_a_time_limit_that_lambda_does_not_take_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match=f"timeout_seconds is {seconds}; Lambda takes 1 to 900"):
        deploy(lambda: Function("work", replace(args(), timeout_seconds=seconds)))


def test_errors_and_failed_events_are_told_on_the_topic() -> None:
    alarms = {each.inputs["name"]: each.inputs for each in function(takes_events=True).of_type("MetricAlarm")}
    errors, failed = alarms["trainyard-dev-work-errors"], alarms["trainyard-dev-work-failed"]
    assert (errors["metricName"], errors["dimensions"]) == ("Errors", {"FunctionName": "trainyard-dev-work"})
    assert failed["metricName"] == "ApproximateNumberOfMessagesVisible"
    assert failed["dimensions"] == {"QueueName": "trainyard-dev-work-failed"}
    assert all(alarm["alarmActions"] == [TOPIC] for alarm in alarms.values())


def test_events_that_failed_three_times_are_kept_encrypted() -> None:
    deployment = function(takes_events=True)
    config = deployment.one("FunctionEventInvokeConfig").inputs
    queue = "arn:aws:sqs:eu-west-1:111111111111:trainyard-dev-work-failed"
    assert config["maximumRetryAttempts"] == 2
    assert config["destinationConfig"] == {"onFailure": {"destination": queue}}
    assert deployment.one("Queue").inputs["kmsMasterKeyId"] == KEY
    (statement,) = json.loads(deployment.one("QueuePolicy").inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", queue)
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_people_wait_for_has_no_queue() -> None:
    assert function().of_type("Queue") == function().of_type("FunctionEventInvokeConfig") == []


def test_the_approval_functions_address_asks_for_signatures_and_is_an_output() -> None:
    assert approval().one("FunctionUrl").inputs["authorizationType"] == "AWS_IAM"
    assert approval().of_type("Permission") == []


def test_each_approver_gets_both_permissions_and_keeps_them_when_another_goes() -> None:
    deployment = approval(ANN, BEN)
    granted = {
        (
            each.inputs["principal"],
            each.inputs["action"],
            each.inputs.get("functionUrlAuthType"),
            each.inputs.get("invokedViaFunctionUrl"),
        )
        for each in deployment.of_type("Permission")
    }
    assert granted == {
        (who, *what)
        for who in (ANN, BEN)
        for what in (("lambda:InvokeFunctionUrl", "AWS_IAM", None), ("lambda:InvokeFunction", None, True))
    }
    both = {each.name for each in deployment.of_type("Permission")}
    assert {each.name for each in approval(BEN).of_type("Permission")} < both


def retraining(*on_arrival: str) -> Deployment:
    def made() -> RetrainingFunctionArgs:
        return RetrainingFunctionArgs(
            function=args(takes_events=True),
            raw_bucket="raw",
            on_arrival=on_arrival,
            schedules={"ranker": "rate(12 hours)"},
            schedule_rules={"ranker": "trainyard-ranker-dev-due"},
            pipeline_arns=["arn:recommender", "arn:ranker"],
        )

    return deploy(lambda: RetrainingFunction("retraining", made()))


def test_the_retraining_function_is_invoked_by_arrivals_by_schedules_and_by_the_ends_of_runs() -> None:
    deployment = retraining("recommender")
    rules = {each.name: each.inputs for each in deployment.of_type("EventRule")}
    assert rules["retraining-due-ranker"]["scheduleExpression"] == "rate(12 hours)"
    assert json.loads(deployment.named("retraining-due-ranker-target").inputs["input"]) == {"schedule_of": "ranker"}
    assert json.loads(rules["retraining-arrivals"]["eventPattern"]) == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["raw"]}, "object": {"key": [{"prefix": "recommender/orders/"}]}},
    }
    assert json.loads(rules["retraining-ends"]["eventPattern"]) == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
        "detail": {
            "pipelineArn": ["arn:recommender", "arn:ranker"],
            "currentPipelineExecutionStatus": ["Succeeded", "Failed", "Stopped"],
        },
    }
    assert "input" not in deployment.named("retraining-ends-target").inputs


def test_arrivals_are_no_occasion_where_no_service_asks_for_it() -> None:
    assert {each.name for each in retraining().of_type("EventRule")} == {"retraining-due-ranker", "retraining-ends"}


def test_the_release_function_is_invoked_by_two_kinds_of_event_and_every_minute() -> None:
    rules = {each.name: each.inputs for each in release().of_type("EventRule")}
    assert rules["release-tick"]["scheduleExpression"] == "rate(1 minute)"
    assert json.loads(rules["release-endpoints"]["eventPattern"]) == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change"],
        "detail": {
            "EndpointName": [
                "recommender-dev",
                "ranker-dev",
                {"prefix": "recommender-dev-pre-"},
                {"prefix": "ranker-dev-pre-"},
            ]
        },
    }
    assert json.loads(rules["release-approvals"]["eventPattern"]) == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": ["recommender-dev", "ranker-dev"], "ModelApprovalStatus": ["Approved"]},
    }


@pytest.mark.parametrize("declare", [release, lambda: retraining("recommender")])
def test_each_rule_may_invoke_the_function_and_no_other_rule_may(declare: Callable[[], Deployment]) -> None:
    deployment = declare()
    rules = {
        f"arn:aws:events:eu-west-1:111111111111:rule/{each.inputs['name']}" for each in deployment.of_type("EventRule")
    }
    permissions = [each.inputs for each in deployment.of_type("Permission")]
    assert {each["sourceArn"] for each in permissions} == rules
    assert {each["principal"] for each in permissions} == {"events.amazonaws.com"}
    for target in deployment.of_type("EventTarget"):
        assert target.name.replace("-target", "-permission") in target.dependencies


def test_patterns_of_an_environment_leave_every_other_endpoint_out() -> None:
    assert "recommender-prod" not in json.dumps([endpoint_pattern(["recommender-dev"]), approval_pattern(["a-dev"])])
