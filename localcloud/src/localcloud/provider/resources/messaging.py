"""SNS topics and subscriptions, SQS queues, and the policies of both."""

import json
from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, pairs
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TOPIC_TAGS = Tagging(of="id")
_QUEUE_TAGS = Tagging(
    target="QueueUrl", of="id", tag="tag_queue", untag="untag_queue", list="list_queue_tags", form="map"
)

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
_QUEUE_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
_SUBSCRIPTION_ATTRIBUTES = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
_NUMBERS = frozenset(name for name in _QUEUE_ATTRIBUTES if name.endswith("Seconds")) | {
    "maxMessageSize",
    "signatureVersion",
}


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _attributes(names: dict[str, str], props: Props) -> dict[str, str]:
    return {api: _text(props[name]) for name, api in names.items() if props.get(name) not in (None, False, "")}


def _own(state: Props, told: Props) -> Props:
    """Return what was told without a policy that another resource put there."""
    return told if "policy" in state else {name: value for name, value in told.items() if name != "policy"}


def _told(names: dict[str, str], answer: dict[str, str]) -> Props:
    found: Props = {}
    for name, api in names.items():
        text = answer.get(api)
        if text in (None, ""):
            continue
        if text.lower() in ("true", "false"):
            found[name] = text.lower() == "true"
        else:
            found[name] = int(text) if name in _NUMBERS and text.isdigit() else text
    return found


def _sns(session: Session, props: Props) -> Any:
    return session.client("sns", region_of(props))


def _create_topic(session: Session, props: Props) -> str:
    answer = _sns(session, props).create_topic(
        Name=props["name"],
        Attributes=_attributes(_TOPIC_ATTRIBUTES, props),
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
        **_own(state, _told(_TOPIC_ATTRIBUTES, answer)),
        "tagsAll": _TOPIC_TAGS.read(sns, arn, state),
    }


def _update_topic(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    sns = _sns(session, state)
    for name in sorted(changed & _TOPIC_ATTRIBUTES.keys()):
        value = _text(props[name]) if props.get(name) is not None else ""
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
        Attributes=_attributes(_SUBSCRIPTION_ATTRIBUTES, props),
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
        **_told(_SUBSCRIPTION_ATTRIBUTES, answer),
    }


def _update_subscription(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    for name in sorted(changed & _SUBSCRIPTION_ATTRIBUTES.keys()):
        value = _text(props[name]) if props.get(name) is not None else ""
        _sns(session, state).set_subscription_attributes(
            SubscriptionArn=arn, AttributeName=_SUBSCRIPTION_ATTRIBUTES[name], AttributeValue=value
        )


def _sqs(session: Session, props: Props) -> Any:
    return session.client("sqs", region_of(props))


def _create_queue(session: Session, props: Props) -> str:
    answer = _sqs(session, props).create_queue(
        QueueName=props["name"],
        Attributes=_attributes(_QUEUE_ATTRIBUTES, props),
        **({"tags": props["tagsAll"]} if props["tagsAll"] else {}),
    )
    return answer["QueueUrl"]


def _read_queue(session: Session, url: str, state: Props) -> Props | None:
    sqs = _sqs(session, state)
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {
        "arn": answer["QueueArn"],
        "url": url,
        "name": url.rsplit("/", 1)[1],
        **_own(state, _told(_QUEUE_ATTRIBUTES, answer)),
        "tagsAll": _QUEUE_TAGS.read(sqs, url, state),
    }


def _update_queue(session: Session, url: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    sqs = _sqs(session, state)
    wanted = {
        api: _text(props[name]) if props.get(name) is not None else ""
        for name, api in _QUEUE_ATTRIBUTES.items()
        if name in changed
    }
    if wanted:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
    if changed & {"tags", "tagsAll"}:
        _QUEUE_TAGS.change(sqs, url, state, props["tagsAll"])


def _put_queue_policy(session: Session, props: Props) -> str:
    _sqs(session, props).set_queue_attributes(QueueUrl=props["queueUrl"], Attributes={"Policy": props["policy"]})
    return props["queueUrl"]


def _read_queue_policy(session: Session, url: str, state: Props) -> Props | None:
    answer = _sqs(session, state).get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    policy = answer.get("Attributes", {}).get("Policy")
    return {"queueUrl": url, "policy": policy} if policy else None


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
        update=lambda session, arn, state, props, changed: _put_topic_policy(session, props) and None,
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
    Resource(
        token="aws:sqs/queue:Queue",
        naming=Naming(longest=80, fifo="fifoQueue"),
        create=_create_queue,
        read=_read_queue,
        update=_update_queue,
        delete=lambda session, url, state: _sqs(session, state).delete_queue(QueueUrl=url),
        documents=frozenset({"policy", "redrivePolicy", "redriveAllowPolicy"}),
        defaults={"delaySeconds": 0, "messageRetentionSeconds": 345600, "visibilityTimeoutSeconds": 30},
    ),
    Resource(
        token="aws:sqs/queuePolicy:QueuePolicy",
        create=_put_queue_policy,
        read=_read_queue_policy,
        update=lambda session, url, state, props, changed: _put_queue_policy(session, props) and None,
        delete=lambda session, url, state: _sqs(session, state).set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": ""}
        ),
        documents=frozenset({"policy"}),
    ),
)
