"""What a function has failed on, kept until somebody looks. Owns a queue, its policy and an alarm on its length."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming, resource_policies

KEPT_SECONDS = 14 * 24 * 3600
"""The longest that SQS keeps a message."""


@dataclass(frozen=True, kw_only=True)
class FailedEventsArgs:
    """What `FailedEvents` need."""

    function_name: str
    """From `infra.naming`."""
    key_arn: pulumi.Input[str]
    topic_arn: pulumi.Input[str]
    """Hears of every event that arrives."""


class FailedEvents(pulumi.ComponentResource):
    """An encrypted queue that only the function's role sends to."""

    queue_arn: pulumi.Output[str]
    policy: aws.sqs.QueuePolicy

    def __init__(self, name: str, args: FailedEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:FailedEvents", name, None, opts)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=naming.failed_events(args.function_name),
            kms_master_key_id=args.key_arn,
            message_retention_seconds=KEPT_SECONDS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.policy = aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=queue.arn.apply(lambda arn: json.dumps(resource_policies.queue_policy(arn))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            name=naming.failed_events(args.function_name),
            alarm_description=f"Events that {args.function_name} failed on wait in the queue of this name.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": naming.failed_events(args.function_name)},
            statistic="Maximum",
            period=60,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.queue_arn = queue.arn
        self.register_outputs({"queue_arn": self.queue_arn})
