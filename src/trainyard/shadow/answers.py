"""Answers of production and shadow to the same requests, from the endpoint's captured data.

A capture is laid out by variant and hour (SageMaker AI guide, "Capture data"); each variant is sampled apart.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from trainyard.release.smoke import agreement
from trainyard.shadow.plan import VARIANT, ShadowPlan

MOST_HOURS = 24
"""How far back captured data is read."""
MOST_OBJECTS = 500
"""Of each variant, the newest."""

Answers = dict[str, Any]
"""Parsed answers by what tells a request from others."""


def captured(s3: Any, plan: ShadowPlan, variant: str, since: float, now: float) -> Answers | None:
    """Return the captured answers of a variant since the shadow runs; None where nothing is captured.

    Args:
        s3: a client.
        plan: of the shadow, whose config captures as the live one does.
        variant: production's name, or the shadow's.
        since: epoch seconds.
        now: epoch seconds.
    """
    settings = plan.live_config.get("DataCaptureConfig", {})
    if not settings.get("EnableCapture"):
        return None
    place = urlsplit(f"{settings['DestinationS3Uri'].rstrip('/')}/{plan.endpoint_name}/{variant}")
    keys = sorted(key for hour in hours(since, now) for key in _keys(s3, place.netloc, f"{place.path[1:]}/{hour}/"))
    found: Answers = {}
    for key in keys[-MOST_OBJECTS:]:
        text = s3.get_object(Bucket=place.netloc, Key=key)["Body"].read().decode()
        found.update(answers_of(text.splitlines(), since))
    return found


def hours(since: float, now: float) -> Iterator[str]:
    """Yield the folders of the hours from `since`, or a day ago, to `now`."""
    last = datetime.fromtimestamp(now, UTC)
    hour = max(datetime.fromtimestamp(since, UTC), last - timedelta(hours=MOST_HOURS)).replace(minute=0, second=0)
    while hour <= last:
        yield f"{hour:%Y/%m/%d/%H}"
        hour += timedelta(hours=1)


def answers_of(lines: Iterable[str], since: float) -> Iterator[tuple[str, Any]]:
    """Yield key and parsed answer of each captured exchange since `since` that is JSON.

    The key is the caller's inference id where there is one, else the request itself: the id of an event is of one
    capture, and nothing says that a copy's is the same.
    """
    for line in lines:
        event = json.loads(line)
        about, data = event["eventMetadata"], event["captureData"]
        if datetime.fromisoformat(about["inferenceTime"]).timestamp() < int(since):
            continue
        try:
            answer = json.loads(data["endpointOutput"]["data"])
            key = about.get("inferenceId") or data["endpointInput"]["data"]
        except (KeyError, ValueError):
            continue
        yield key, answer


def agreements(production: Answers, shadow: Answers) -> list[float]:
    """Return, for each request that both answered, the share of production's products that the shadow names too."""
    found = (agreement(shadow[key], production[key]) for key in production.keys() & shadow.keys())
    return [share for share in found if share is not None]


def compared(s3: Any, plan: ShadowPlan, since: float, now: float) -> list[float] | None:
    """Return the agreements of the captured answers; None where nothing is captured."""
    production = captured(s3, plan, plan.variant_name, since, now)
    shadow = captured(s3, plan, VARIANT, since, now)
    return None if production is None or shadow is None else agreements(production, shadow)


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (row["Key"] for row in page.get("Contents", ()))
