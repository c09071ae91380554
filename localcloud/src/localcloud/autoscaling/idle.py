"""Metrics of variants that nobody asks: zeros, without which no idle variant would ever be scaled in.

Source: SageMaker AI guide, "Auto scaling prerequisites": a variant that is scaled emits zeros when its traffic stops.
"""

import math
from datetime import datetime

from localcloud.alarms.evaluator import real_period
from localcloud.autoscaling.tracking_alarms import PERIOD_SECONDS, variant_dimensions
from localcloud.autoscaling.variant import observe
from localcloud.cloud import Cloud
from localcloud.metrics import MetricStore
from localcloud.metrics.cloudwatch import named
from localcloud.metrics.points import Point, SeriesKey
from localcloud.scope import Scope


def fill_idle_period(cloud: Cloud, metrics: MetricStore, scope: Scope, resource_id: str, now: datetime) -> None:
    """Give the last complete period of a variant in service a zero, if it had no invocation."""
    variant = observe(cloud, scope, resource_id)
    if variant is None or variant.status != "InService":
        return
    key = SeriesKey.of(scope, "AWS/SageMaker", "InvocationsPerInstance", named(variant_dimensions(resource_id)))
    period = real_period(cloud.clock, PERIOD_SECONDS)
    start = (math.floor(now.timestamp() / period) - 1) * period
    if not metrics.between(key, start, start + period):
        metrics.add(key, Point.single(start + period / 2, 0.0, "None"))
