"""A run that nobody asks for: the last one that registered a model, repeated on the newest orders, once for them.

Whatever tells that it is time (an arrival, a schedule, the end of a run) may come twice, late or in any order, so it is
looked at what is. Two looks at the same moment give the run the same name and the same token, and SageMaker starts it
once (API reference, StartPipelineExecution, ClientRequestToken).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any
from urllib.parse import urlsplit

from pipelines.deployment import current
from pipelines.errors import RunRefused
from pipelines.history import PastRun, past_runs
from pipelines.launch import Clients, RunRequest, start
from pipelines.orders import history_uri, latest_orders
from pipelines.parameters import CODE_COMMIT, DIALS, IMAGE_URI, ORDERS_URI, SERVING_IMAGE_URI
from stacks.outputs import PlatformOutputs, ServiceOutputs

STARTER = "retraining function"
"""What the lineage of such a run's model says instead of a person."""
DESCRIPTION = "Retraining on newer orders, started by the platform"
"""Of each execution that is started here, so that its end can be told apart from that of a person's."""
_OPEN = frozenset({"Executing", "Stopping"})
_LOOKED_AT = 100
"""Runs that are looked at for one that registered a model."""


@dataclass(frozen=True, kw_only=True)
class Retrained:
    """What came of a look."""

    run: str = ""
    """Of the execution that was started; empty where none was."""
    execution_arn: str = ""
    said: str
    """One sentence for the log."""
    waits: bool = False
    """Whether there is something to run on once an open run has ended."""


@dataclass(frozen=True)
class Arrival:
    """The newest orders, and since when they are there."""

    uri: str
    at: datetime
    kept_by_runs: bool = False
    """Whether runs themselves put there what they find in a database."""

    def run(self, asked_by: str = "") -> str:
        """Return the name of the run that they start: the same for the same orders and the same asker."""
        return f"{self.at:%Y%m%dt%H%M%S}-{hashlib.sha256(f'{self.uri}{asked_by}'.encode()).hexdigest()[:6]}"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a look differs from the plain one."""

    before: date | None = None
    """Look at orders as they were known on this day; None takes the newest there are."""
    asked_by: str = ""
    """Who asks, where that is somebody who asks again after a failure and wants the same run then."""
    again: bool = False
    """Whether to run on orders that a run has seen."""


PLAIN = Wish()


def retrain(
    platform: PlatformOutputs,
    service: ServiceOutputs,
    *,
    clients: Clients,
    now: datetime,
    wish: Wish = PLAIN,
) -> Retrained:
    """Start a run on the newest orders unless one has run on them, one is open, or there is none to repeat.

    Raises:
        RunRefused: there are no orders, or an image of the run to be repeated is gone; nothing was started.
    """
    if current(service.pipeline_name, clients.sagemaker) is None:
        return Retrained(said=f"the pipeline {service.pipeline_name} has not been deployed")
    arrival = newest(platform, service, clients.s3, now, wish.before)
    runs = past_runs(service.pipeline_name, _LOOKED_AT, clients.sagemaker)
    own = next((each for each in runs if wish.asked_by and each.run == arrival.run(wish.asked_by)), None)
    if own:
        return Retrained(run=own.run, execution_arn=own.execution_arn, said=f"run {own.run} was started before")
    done = "" if wish.again else _run_on(arrival, runs, clients.sagemaker)
    if done:
        return Retrained(said=f"run {done} was started on the newest orders, {arrival.uri}")
    in_the_way = next((each for each in runs if each.status in _OPEN), None)
    if in_the_way:
        return Retrained(said=f"run {in_the_way.run} is open; {arrival.uri} waits for its end", waits=True)
    model = next((each for each in runs if each.status == "Succeeded"), None)
    if model is None:
        return Retrained(said=f"no run of {service.name} has registered a model yet, and the first is a person's")
    request = repetition(_parameters(model, clients.sagemaker), arrival, wish.asked_by)
    started = start(request, platform, service, clients=clients, now=now)
    said = f"repeats run {model.run} on {arrival.uri}"
    return Retrained(run=started.run, execution_arn=started.execution_arn, said=said)


def newest(
    platform: PlatformOutputs, service: ServiceOutputs, s3: Any, now: datetime, before: date | None = None
) -> Arrival:
    """Return the newest orders of a service, of a day before `before` if that is given.

    A database tells of nothing: the run itself reads what is new. So there is a moment for a run each hour, or each day
    where one asks for a day.

    Raises:
        RunRefused: there are none, or a past day of a database is asked for.
    """
    if service.source.type == "database":
        return _of_database(platform, service, now, before)
    uri = latest_orders(platform.buckets.raw, service.name, s3, before)
    place = urlsplit(uri)
    return Arrival(uri, s3.head_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["LastModified"])


def _of_database(platform: PlatformOutputs, service: ServiceOutputs, now: datetime, before: date | None) -> Arrival:
    if before is not None and before < now.date():
        raise RunRefused(
            f"The orders of {service.name} are read from its database as they are today, not as they were on {before}",
            where="the day that is asked for",
            cure="Run it for today; days are made up for where orders come as files",
        )
    moment = now.replace(minute=0, second=0, microsecond=0)
    since = moment if before is None else moment.replace(hour=0)
    return Arrival(history_uri(platform.buckets.features, service.name), since, kept_by_runs=True)


def repetition(of: Mapping[str, str], arrival: Arrival, asked_by: str = "") -> RunRequest:
    """Return the request that repeats, under another name, a run with these pipeline parameters on other orders."""
    return RunRequest(
        orders=None if arrival.kept_by_runs else arrival.uri,
        image=of[IMAGE_URI],
        serving_image=of[SERVING_IMAGE_URI],
        dials={dial.name: of[dial.parameter] for dial in DIALS if dial.parameter in of},
        commit=of.get(CODE_COMMIT, "unknown"),
        run=arrival.run(asked_by),
        description=DESCRIPTION,
        started_by=asked_by or STARTER,
    )


def _run_on(arrival: Arrival, runs: list[PastRun], sagemaker: Any) -> str:
    """Return the run on these orders; only those can be it that were started since the orders are there."""
    since = takewhile(lambda each: each.started >= arrival.at, runs)
    return next((each.run for each in since if _parameters(each, sagemaker).get(ORDERS_URI) == arrival.uri), "")


def _parameters(run: PastRun, sagemaker: Any) -> dict[str, str]:
    pages = sagemaker.get_paginator("list_pipeline_parameters_for_execution").paginate(
        PipelineExecutionArn=run.execution_arn
    )
    return {one["Name"]: one["Value"] for page in pages for one in page["PipelineParameters"]}
