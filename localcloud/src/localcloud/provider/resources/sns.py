"""SNS topics, their policies and subscriptions."""

import json
from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, pairs
from localcloud.provider.resources.message_attributes import attributes, text_of, told, without_policy
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TOPIC_TAGS = Tagging(of="id")
_TOPIC_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoTopic": "FifoTopic",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION_ATTRIBUTES = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}


def _sns(session: Session, props: Props) -> Any:
    return session.client("sns", region_of(props))


def _create_topic(session: Session, props: Props) -> str:
    answer = _sns(session, props).create_topic(
        Name=props["name"],
        Attributes=attributes(_TOPIC_ATTRIBUTES, props),
        **({"Tags": pairs(props["tagsAll"])} if props["tagsAll"] else {}),
    )
    return answer["TopicArn"]


def _read_topic(session: Session, arn: str, state: Props) -> Props | None:
    sns = _sns(session, state)
    answer = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    return {
        "arn": arn,
        "name": arn.rsplit(":", 1)[1],
        "owner": answer.get("Owner"),
        **without_policy(state, told(_TOPIC_ATTRIBUTES, answer)),
        "tagsAll": _TOPIC_TAGS.read(sns, arn, state),
    }


def _update_topic(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    sns = _sns(session, state)
    for name in sorted(changed & _TOPIC_ATTRIBUTES.keys()):
        value = text_of(props[name]) if props.get(name) is not None else ""
        sns.set_topic_attributes(TopicArn=arn, AttributeName=_TOPIC_ATTRIBUTES[name], AttributeValue=value)
    if changed & {"tags", "tagsAll"}:
        _TOPIC_TAGS.change(sns, arn, state, props["tagsAll"])


def _put_topic_policy(session: Session, props: Props) -> str:
    _sns(session, props).set_topic_attributes(
        TopicArn=props["arn"], AttributeName="Policy", AttributeValue=props["policy"]
    )
    return props["arn"]


def _read_topic_policy(session: Session, arn: str, state: Props) -> Props | None:
    answer = _sns(session, state).get_topic_attributes(TopicArn=arn)["Attributes"]
    return {"arn": arn, "policy": answer.get("Policy"), "owner": answer.get("Owner")}


def _reset_topic_policy(session: Session, arn: str, state: Props) -> None:
    # A topic is never without a policy: what the bridged provider puts back is AWS's default one.
    account = arn.split(":")[4]
    actions = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"]
    actions += ["Subscribe", "ListSubscriptionsByTopic", "Publish"]
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    text = json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})
    _sns(session, state).set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)


def _subscribe(session: Session, props: Props) -> str:
    answer = _sns(session, props).subscribe(
        TopicArn=props["topic"],
        Protocol=props["protocol"],
        Endpoint=props["endpoint"],
        Attributes=attributes(_SUBSCRIPTION_ATTRIBUTES, props),
        ReturnSubscriptionArn=True,
    )
    return answer["SubscriptionArn"]


def _read_subscription(session: Session, arn: str, state: Props) -> Props | None:
    answer = _sns(session, state).get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return {
        "arn": arn,
        "topic": answer["TopicArn"],
        "protocol": answer["Protocol"],
        "endpoint": answer["Endpoint"],
        "ownerId": answer.get("Owner"),
        "pendingConfirmation": answer.get("PendingConfirmation") == "true",
        "confirmationWasAuthenticated": answer.get("ConfirmationWasAuthenticated") == "true",
        **told(_SUBSCRIPTION_ATTRIBUTES, answer),
    }


def _update_subscription(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    for name in sorted(changed & _SUBSCRIPTION_ATTRIBUTES.keys()):
        value = text_of(props[name]) if props.get(name) is not None else ""
        _sns(session, state).set_subscription_attributes(
            SubscriptionArn=arn, AttributeName=_SUBSCRIPTION_ATTRIBUTES[name], AttributeValue=value
        )


ROWS = (
    Resource(
        token="aws:sns/topic:Topic",
        naming=Naming(longest=256, fifo="fifoTopic"),
        create=_create_topic,
        read=_read_topic,
        update=_update_topic,
        delete=lambda session, arn, state: _sns(session, state).delete_topic(TopicArn=arn),
        documents=frozenset({"policy", "deliveryPolicy"}),
    ),
    Resource(
        token="aws:sns/topicPolicy:TopicPolicy",
        create=_put_topic_policy,
        read=_read_topic_policy,
        update=lambda session, arn, state, props, changed: _put_topic_policy(session, props),
        delete=_reset_topic_policy,
        documents=frozenset({"policy"}),
    ),
    Resource(
        token="aws:sns/topicSubscription:TopicSubscription",
        create=_subscribe,
        read=_read_subscription,
        update=_update_subscription,
        delete=lambda session, arn, state: _sns(session, state).unsubscribe(SubscriptionArn=arn),
        documents=frozenset({"filterPolicy", "deliveryPolicy", "redrivePolicy"}),
        defaults={"rawMessageDelivery": False, "confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False},
    ),
)
