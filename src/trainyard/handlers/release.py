"""The release function: a driver of releases that needs no process of anybody's to stay alive.

It is invoked when an endpoint of the environment changes, every minute, and when a version is approved. Whatever the
event, it looks at what is; an approval may begin a release before.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from trainyard.handlers import place
from trainyard.handlers.driving import drive_open
from trainyard.handlers.events import Approved, parse
from trainyard.handlers.starting import start_approved
from trainyard.release.clients import connect
from trainyard.release.driver import Driver
from trainyard.release.table import DeploymentTable

MARGIN_SECONDS = 30.0
"""Before its own time limit the function begins no further action, so that none is cut off."""

logger = Logger(service="release")


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Begin what an approval asks for, and advance every open release.

    Raises:
        ClientError, BotoCoreError: AWS refused something for good, or did not answer to a start; Lambda tries twice
            more and then keeps the event in the queue of failed ones.
    """
    until = time.time() + context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    meaning = parse(event)
    environment = place.environment()
    platform = environment.platform
    clients = connect(platform.region)
    table = DeploymentTable(clients.dynamodb, platform.deployments_table)
    started = ""
    if isinstance(meaning, Approved):
        services = [environment.service(name) for name in platform.services]
        start = start_approved(meaning.model_package_arn, platform, services, clients, table, datetime.now(UTC))
        logger.info("approval", extra={"package": meaning.model_package_arn, "start": start})
        started = start.release_id
    driver = Driver(clients=clients, table=table, owner=f"{context.function_name}/{context.aws_request_id}")
    driven = drive_open(platform.services, driver, until)
    for each in driven:
        logger.info("driven", extra={"service_name": each.service, "release": each.release_id, "said": each.said})
    grave = next((each.error for each in driven if each.error), None)
    if grave:
        raise grave
    return {"started": started, "driven": {each.release_id: each.said for each in driven}}
