"""What an alarm watches, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from localcloud.metrics.cloudwatch import named
from localcloud.metrics.points import SeriesKey
from localcloud.metrics.queries import Query
from localcloud.scope import Scope

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """An alarm on the query `watched`; `period` in the cloud's seconds, `datapoints` out of `periods` must breach."""

    scope: Scope
    name: str
    arn: str
    queries: tuple[Query, ...]
    watched: str
    period: int
    periods: int
    datapoints: int
    threshold: float
    comparison: str
    missing: str


def read_definition(scope: Scope, alarm: Any) -> Definition | None:
    """Return the definition of moto's `alarm`, or None where it is of a kind that is not evaluated (composite)."""
    if alarm.rule is not None or (not alarm.metric_data_queries and not alarm.metric_name):
        return None
    queries = _queries(scope, alarm)
    watched = next((query.id for query in queries if query.returns), queries[0].id)
    return Definition(
        scope=scope,
        name=alarm.name,
        arn=alarm.alarm_arn,
        queries=queries,
        watched=watched,
        period=_period(alarm),
        periods=int(alarm.evaluation_periods),
        datapoints=int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        threshold=float(alarm.threshold or 0.0),
        comparison=alarm.comparison_operator,
        missing=alarm.treat_missing_data or "missing",
    )


def _queries(scope: Scope, alarm: Any) -> tuple[Query, ...]:
    if not alarm.metric_data_queries:
        dimensions = _mapping(alarm.dimensions)
        key = SeriesKey.of(scope, alarm.namespace, alarm.metric_name, dimensions)
        return (Query(id="m1", metric=key, stat=alarm.statistic or alarm.extended_statistic, unit=alarm.unit),)
    return tuple(_query(scope, query) for query in alarm.metric_data_queries)


def _query(scope: Scope, query: Any) -> Query:
    returns = query.return_data is None or bool(query.return_data)
    if query.metric_stat is None:
        return Query(id=query.id, expression=query.expression or "", returns=returns)
    stat, metric = query.metric_stat, query.metric_stat.metric
    key = SeriesKey.of(scope, metric.namespace, metric.metric_name, _mapping(metric.dimensions))
    return Query(id=query.id, metric=key, stat=stat.stat, unit=stat.unit, returns=returns)


def _mapping(dimensions: Any) -> Mapping[str, str]:
    return named([{"Name": dimension.name, "Value": dimension.value} for dimension in dimensions])


def _period(alarm: Any) -> int:
    periods = [query.metric_stat.period or 0 for query in alarm.metric_data_queries if query.metric_stat]
    periods += [query.period or 0 for query in alarm.metric_data_queries]
    return int(alarm.period or max([int(period) for period in periods], default=0) or 60)
