"""Who hears of alarms and releases. Owns the topic, its policy and the e-mail subscriptions."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import resource_policies


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """What `Notifications` need."""

    account: str
    key_arn: pulumi.Input[str]
    """The key's policy must let CloudWatch use it, or alarms stay silent."""
    emails: Sequence[str]


class Notifications(pulumi.ComponentResource):
    """An encrypted topic."""

    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Notifications", name, None, opts)
        topic = aws.sns.Topic(f"{name}-topic", kms_master_key_id=args.key_arn, opts=pulumi.ResourceOptions(parent=self))
        aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=topic.arn.apply(lambda arn: json.dumps(resource_policies.topic_policy(arn, args.account))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for email in args.emails:
            # Named by content: removing one address leaves the others' subscriptions alone.
            aws.sns.TopicSubscription(
                f"{name}-email-{hashlib.sha256(email.encode()).hexdigest()[:8]}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})
