"""Events of other services: rules of EventBridge and topics of SNS hand them to functions, asynchronously.

Each needs a statement of the function's policy that lets its service in; without one nothing is delivered.

Sources: EventBridge user guide, "Using resource-based policies for Amazon EventBridge" and "Monitoring Amazon
EventBridge" (FailedInvocations); Lambda developer guide, "Invoking Lambda functions with Amazon SNS notifications".
"""

import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any

from moto.sns.models import Subscription

from localcloud.cloud import Cloud
from localcloud.events import delivery
from localcloud.events.delivery import ToFunction
from localcloud.functions import records
from localcloud.functions.errors import FunctionMissing
from localcloud.functions.executor import executor_of
from localcloud.functions.names import function_name
from localcloud.functions.policy import service_may_invoke
from localcloud.scope import Scope

log = logging.getLogger(__name__)

_publish_by_moto = Subscription.publish


def attach(cloud: Cloud) -> None:
    """Run functions on what is delivered to them from now on."""
    delivery.listen(lambda asked: _take(cloud, asked))


def _take(cloud: Cloud, asked: ToFunction) -> None:
    problem = _accept(cloud, asked)
    if problem:
        log.warning("%s could not invoke %s: %s", asked.source_arn, asked.function_arn, problem)
    if asked.service == "events.amazonaws.com":
        for metric in ("Invocations", *(["FailedInvocations"] if problem else [])):
            _count(cloud, asked.source_arn, metric)


def _accept(cloud: Cloud, asked: ToFunction) -> str:
    """Keep the event for its function, or return why not."""
    account, region = asked.source_arn.split(":")[4], asked.source_arn.split(":")[3]
    try:
        function = function_name(Scope(account, region), asked.function_arn)
        document = records.get(cloud.store, function)
    except FunctionMissing as error:
        return error.message
    allowed = service_may_invoke(
        document, asked.service, source_account=asked.source_account, source_arn=asked.source_arn
    )
    if not allowed:
        return f"its policy has no statement that lets {asked.service} invoke it for this source"
    executor_of(cloud).events.accept(function, asked.payload.encode(), str(uuid.uuid4()))
    return ""


def _count(cloud: Cloud, rule_arn: str, metric: str) -> None:
    _, _, _, region, account, resource = rule_arn.split(":", 5)
    cloud.metrics.publish(
        Scope(account, region),
        namespace="AWS/Events",
        name=metric,
        unit="Count",
        dimensions={"RuleName": resource.rsplit("/", 1)[-1]},
        values=[1.0],
    )


def _publish(self: Any, message: str, message_id: str, *arguments: Any, **named: Any) -> None:
    if self.protocol != "lambda":
        _publish_by_moto(self, message, message_id, *arguments, **named)
        return
    given = dict(zip(("subject", "message_attributes"), arguments, strict=False)) | named
    attributes, matcher = given.get("message_attributes"), self._filter_policy_matcher
    if matcher is not None and not matcher.matches(attributes, message):
        return
    if given.get("message_structure") == "json":
        message = self._parse_message_structure(message, "lambda")
    posted = self.get_post_data(message, message_id, given.get("subject"), message_attributes=attributes)
    delivery.to_function(
        ToFunction(
            function_arn=self.endpoint,
            payload=json.dumps(notification(self.arn, posted)),
            service="sns.amazonaws.com",
            source_arn=self.topic.arn,
        )
    )


def notification(subscription_arn: str, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event a function gets of a message, from what SNS posts to other endpoints. Pure."""
    renamed = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}
    message = {renamed.get(name, name): value for name, value in posted.items()}
    message = {"Subject": None, "MessageAttributes": {}, **message}
    return {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSubscriptionArn": subscription_arn,
                "EventSource": "aws:sns",
                "Sns": message,
            }
        ]
    }


Subscription.publish = _publish  # type: ignore[method-assign]
