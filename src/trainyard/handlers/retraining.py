"""The retraining function: starts training runs on newer orders when nobody does, and tells how they ended.

It is invoked when orders arrive, at set times, and when a run ends. Whatever the event, it looks at what is.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from pipelines.errors import RunRefused
from pipelines.execution import Progress, observe
from pipelines.going_on import WentOn, go_on
from pipelines.launch import Clients
from pipelines.outcome import Outcome, outcome
from pipelines.retraining import DESCRIPTION, STARTER, Retrained, retrain
from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard import aws
from trainyard.handlers import place
from trainyard.handlers.occasions import Occasion, parse

logger = Logger(service="retraining")


def handler(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """Tell of a run that ended, and start one where there are newer orders.

    Raises:
        ClientError, BotoCoreError: AWS refused something or did not answer; Lambda tries twice more and then keeps the
            event in the queue of failed ones.
    """
    environment = place.environment()
    platform = environment.platform
    occasion = parse(event, (environment.service(name) for name in platform.services))
    if occasion is None:
        return {"run": "", "said": "no service asks to be retrained on this event"}
    clients = _connect(platform.region)
    if occasion.ended and occasion.description == DESCRIPTION:
        went_on = _end(occasion, platform, clients)
        if went_on:
            logger.info("went on", extra={"service_name": occasion.service.name, "said": went_on.said})
            return {"run": "", "said": went_on.said}
    if not occasion.look:
        return {"run": "", "said": "new orders wait for their schedule"}
    looked = _look(platform, occasion.service, clients)
    logger.info("looked", extra={"service_name": occasion.service.name, "run": looked.run, "said": looked.said})
    return {"run": looked.run, "said": looked.said}


def ending(ended: Outcome) -> tuple[str, str]:
    """Return how a run ended, in a word and in a sentence. Pure."""
    if ended.model_package_arn:
        version = ended.model_package_arn.rpartition("/")[2]
        return "registered", f"Version {version} is registered. {(ended.gate or {}).get('reason', '')}".strip()
    if ended.rejected:
        return "rejected", str((ended.gate or {}).get("reason", "The gate did not let it pass"))
    if ended.failed:
        return "failed", f"Step {ended.failed.name} failed: {ended.failure}"
    return ended.progress.status.lower(), ended.progress.failure or "No step failed"


def _look(platform: PlatformOutputs, service: ServiceOutputs, clients: Clients) -> Retrained:
    try:
        return retrain(platform, service, clients=clients, now=datetime.now(UTC))
    except RunRefused as refusal:
        # Trying again would not help, so it is no error of the function's.
        _tell(platform, service, "", "refused", f"{refusal.what}. {refusal.cure}.")
        return Retrained(said=refusal.what)


def _end(occasion: Occasion, platform: PlatformOutputs, clients: Clients) -> WentOn | None:
    """Have a run go on that AWS had no instances for, or tell how it ended."""
    progress = observe(occasion.ended, clients.sagemaker)
    try:
        # What an Airflow DAG asked for carries the same description, and the DAG tries it again itself.
        went_on = go_on(progress, clients.sagemaker, started_by=STARTER)
    except RunRefused as refusal:
        logger.warning("not gone on", extra={"service_name": occasion.service.name, "why": refusal.what})
        went_on = None
    if went_on is None:
        _tell_end(occasion, progress, platform, clients)
    return went_on


def _tell_end(occasion: Occasion, progress: Progress, platform: PlatformOutputs, clients: Clients) -> None:
    word, sentence = ending(outcome(progress, sagemaker=clients.sagemaker, s3=clients.s3))
    _tell(platform, occasion.service, progress.display_name, word, sentence)


def _tell(platform: PlatformOutputs, service: ServiceOutputs, run: str, word: str, sentence: str) -> None:
    message = {
        "environment": platform.environment,
        "service": service.name,
        "run": run,
        "outcome": word,
        "reason": sentence,
    }
    aws.client("sns", platform.region).publish(
        TopicArn=platform.notifications_topic_arn,
        Subject=f"{platform.environment}: retraining of {service.name}: {word}"[:100],
        Message=json.dumps(message),
    )


def _connect(region: str) -> Clients:
    return Clients(
        sagemaker=aws.client("sagemaker", region),
        s3=aws.client("s3", region),
        ecr=aws.client("ecr", region),
        dynamodb=aws.client("dynamodb", region),
    )
