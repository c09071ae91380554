"""SQS queues and their policies."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource
from localcloud.provider.resources.message_attributes import attributes, text_of, told, without_policy
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_QUEUE_TAGS = Tagging(
    target="QueueUrl", of="id", tag="tag_queue", untag="untag_queue", list="list_queue_tags", form="map"
)

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


def _sqs(session: Session, props: Props) -> Any:
    return session.client("sqs", region_of(props))


def _create_queue(session: Session, props: Props) -> str:
    answer = _sqs(session, props).create_queue(
        QueueName=props["name"],
        Attributes=attributes(_QUEUE_ATTRIBUTES, props),
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
        **without_policy(state, told(_QUEUE_ATTRIBUTES, answer)),
        "tagsAll": _QUEUE_TAGS.read(sqs, url, state),
    }


def _update_queue(session: Session, url: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    sqs = _sqs(session, state)
    wanted = {
        api: text_of(props[name]) if props.get(name) is not None else ""
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
        update=lambda session, url, state, props, changed: _put_queue_policy(session, props),
        delete=lambda session, url, state: _sqs(session, state).set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": ""}
        ),
        documents=frozenset({"policy"}),
    ),
)
