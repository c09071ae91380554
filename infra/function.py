"""One function of the platform on AWS Lambda. Owns the function, its log group and an alarm on its errors.

Its role is one of `infra.roles`, its code comes from whoever composes it. What is invoked by events gets a queue of
those it failed on as well. The environment variables hold no secret, and are under Lambda's own key: with the
environment's, nobody could read back how the function is set up without the right to decrypt all of its data.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming, powertools
from infra.failed_events import FailedEvents, FailedEventsArgs
from infra.roles import GrantedRole

LONGEST_SECONDS = 900
"""Lambda's limit of one invocation."""


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What a `Function` needs."""

    function_name: str
    """From `infra.naming`: its role's policy names log group and queue by it."""
    description: str
    handler: str
    """`module.function` in the archive."""
    code: pulumi.Archive
    role: GrantedRole
    region: str
    variables: Mapping[str, str]
    """Its environment; no secrets."""
    timeout_seconds: int
    takes_events: bool
    """Whether events invoke it, rather than callers who wait for the answer."""
    log_days: int
    key_arn: pulumi.Input[str]
    topic_arn: pulumi.Input[str]
    memory_mib: int = 512
    """Decides the share of a processor as well."""
    reserved_concurrency: int = 0
    """Executions at once that are set aside for it, and its most; 0 leaves it to the account's quota."""

    def __post_init__(self) -> None:
        if not 1 <= self.timeout_seconds <= LONGEST_SECONDS:
            raise ValueError(f"timeout_seconds is {self.timeout_seconds}; Lambda takes 1 to {LONGEST_SECONDS}.")


class Function(pulumi.ComponentResource):
    """A Python function with AWS's Powertools layer."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Function", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        log = self._log(name, args)
        function = aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=args.description,
            runtime=powertools.RUNTIME,
            architectures=["x86_64"],
            handler=args.handler,
            code=args.code,
            layers=[powertools.layer_arn(args.region)],
            role=args.role.arn,
            timeout=args.timeout_seconds,
            memory_size=args.memory_mib,
            reserved_concurrent_executions=args.reserved_concurrency or None,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables=args.variables),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log, args.role.policy]),
        )
        if args.takes_events:
            self._keep_failed(name, args, function)
        self._alarm(name, args)
        self.name, self.arn = function.name, function.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _log(self, name: str, args: FunctionArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=naming.function_log_group(args.function_name),
            retention_in_days=args.log_days,
            kms_key_id=args.key_arn,
            opts=self._opts,
        )

    def _keep_failed(self, name: str, args: FunctionArgs, function: aws.lambda_.Function) -> None:
        failed = FailedEvents(
            f"{name}-failed",
            FailedEventsArgs(function_name=args.function_name, key_arn=args.key_arn, topic_arn=args.topic_arn),
            self._opts,
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-events",
            function_name=function.name,
            maximum_retry_attempts=2,
            destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                    destination=failed.queue_arn
                )
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[failed.policy]),
        )

    def _alarm(self, name: str, args: FunctionArgs) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{name}-errors",
            name=naming.function_alarm(args.function_name),
            alarm_description=f"Invocations of {args.function_name} failed in each of three minutes.",
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": args.function_name},
            statistic="Sum",
            period=60,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=3,
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._opts,
        )
