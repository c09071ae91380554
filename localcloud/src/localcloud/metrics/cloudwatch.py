"""CloudWatch's metric operations over the cloud's own points, in place of moto's lists.

moto keeps parsing requests and writing answers in all of CloudWatch's protocols; only its model's methods are replaced.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from localcloud import errors
from localcloud.metrics.points import Point, SeriesKey
from localcloud.metrics.queries import Grid, Query, answer
from localcloud.metrics.statistics import is_statistic, statistic
from localcloud.metrics.store import MetricStore
from localcloud.scope import Scope

_MAXIMUM_PERIODS = 100_800
_attached: list[MetricStore] = []


def attach(store: MetricStore) -> None:
    """Let CloudWatch read and write `store` from now on."""
    _attached[:] = [store]


def detach() -> None:
    """Leave CloudWatch without points."""
    _attached.clear()


def named(dimensions: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    """Return the mapping behind CloudWatch's list of names and values."""
    return {dimension["Name"]: dimension["Value"] for dimension in dimensions or []}


def _scope(backend: CloudWatchBackend) -> Scope:
    return Scope(backend.account_id, backend.region_name)


def _put_metric_data(self: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
    for index, datum in enumerate(metric_data):
        self._validate_parameters_put_metric_data(datum, index + 1)
    for datum in metric_data:
        key = SeriesKey.of(_scope(self), namespace, datum["MetricName"], named(datum.get("Dimensions")))
        for point in _points(datum):
            _attached[0].add(key, point)


def _points(datum: dict[str, Any]) -> Iterator[Point]:
    stamp: datetime = datum.get("Timestamp") or datetime.now(UTC)
    at, unit = stamp.replace(tzinfo=stamp.tzinfo or UTC).timestamp(), datum.get("Unit") or "None"
    if datum.get("StatisticValues"):
        given = {key: float(value) for key, value in datum["StatisticValues"].items()}
        yield Point(at, given["Minimum"], given["Maximum"], given["Sum"], given["SampleCount"], unit)
        return
    values = datum.get("Values") or [datum.get("Value", 0.0)]
    for value, count in zip(values, datum.get("Counts") or [1] * len(values), strict=True):
        yield Point.single(at, float(value), unit, float(count))


def _get_metric_statistics(
    self: CloudWatchBackend,
    namespace: str,
    metric_name: str,
    start_time: datetime,
    end_time: datetime,
    period: int,
    stats: list[str],
    dimensions: list[dict[str, str]],
    unit: str | None = None,
) -> list[dict[str, Any]]:
    if start_time >= end_time:
        raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
    key = SeriesKey.of(_scope(self), namespace, metric_name, named(dimensions))
    datapoints: dict[float, list[Point]] = {}
    for point in _attached[0].between(key, _seconds(start_time), _seconds(end_time)):
        if unit in (None, point.unit):
            datapoints.setdefault(math.floor(point.at / period) * period, []).append(point)
    return [_datapoint(at, points, stats) for at, points in sorted(datapoints.items())]


def _respond_with_statistics(self: Any) -> ActionResult:
    """Serve GetMetricStatistics with ExtendedStatistics, which moto leaves out."""
    stats = [*self._get_param("Statistics", []), *self._get_param("ExtendedStatistics", [])]
    if not stats:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for name in stats:
        if not is_statistic(name):
            raise InvalidParameterValue(f"The value {name} for parameter Statistics is not supported.")
    datapoints = self.cloudwatch_backend.get_metric_statistics(
        self._get_param("Namespace"),
        self._get_param("MetricName"),
        self._get_param("StartTime"),
        self._get_param("EndTime"),
        self._get_int_param("Period"),
        stats,
        unit=self._get_param("Unit"),
        dimensions=self._get_param("Dimensions", []),
    )
    return ActionResult({"Label": self._get_param("MetricName"), "Datapoints": datapoints})


def _datapoint(at: float, points: list[Point], stats: list[str]) -> dict[str, Any]:
    simple = {name: statistic(points, name) for name in stats if not name.startswith("p")}
    extended = {name: statistic(points, name) for name in stats if name.startswith("p")}
    stamped = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": points[0].unit, **simple}
    return {**stamped, "ExtendedStatistics": extended} if extended else stamped


def _get_metric_data(
    self: CloudWatchBackend,
    queries: list[dict[str, Any]],
    start_time: datetime,
    end_time: datetime,
    scan_by: str = "TimestampAscending",
) -> list[dict[str, Any]]:
    if start_time >= end_time:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    parsed = [parse_query(_scope(self), query) for query in queries]
    period = min((period_of(query) for query in queries if period_of(query)), default=60)
    start = math.floor(_seconds(start_time) / period) * period
    grid = Grid(start, period, math.ceil((_seconds(end_time) - start) / period))
    if grid.length > _MAXIMUM_PERIODS:
        raise ValidationError(f"The request asks for {grid.length} periods; at most {_MAXIMUM_PERIODS} are returned.")
    try:
        values = answer(_attached[0], parsed, grid)
    except (errors.ValidationError, ValueError) as error:
        raise ValidationError(str(error)) from error
    return [
        _series(query, raw, values[query.id], grid, scan_by)
        for query, raw in zip(parsed, queries, strict=True)
        if query.returns
    ]


def _series(
    query: Query, raw: dict[str, Any], values: Sequence[float | None], grid: Grid, scan_by: str
) -> dict[str, Any]:
    found = [(at, value) for at, value in zip(grid.starts, values, strict=True) if value is not None]
    if scan_by == "TimestampDescending":
        found.reverse()
    label = raw.get("Label") or (query.metric.name if query.metric else query.id)
    return {
        "Id": query.id,
        "Label": label,
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in found],
        "Values": [value for _, value in found],
        "StatusCode": "Complete",
    }


def parse_query(scope: Scope, query: Mapping[str, Any]) -> Query:
    """Return a query as GetMetricData and PutMetricAlarm write it.

    Raises:
        ValidationError: (moto's) the statistic is unknown.
    """
    returns = query.get("ReturnData")
    common: dict[str, Any] = {"id": query["Id"], "returns": True if returns is None else bool(returns)}
    stat = query.get("MetricStat")
    if not stat:
        return Query(**common, expression=query.get("Expression") or "")
    if not is_statistic(stat["Stat"]):
        raise ValidationError(f"The value {stat['Stat']} for parameter Stat is not supported.")
    metric = stat["Metric"]
    key = SeriesKey.of(scope, metric["Namespace"], metric["MetricName"], named(metric.get("Dimensions")))
    return Query(**common, metric=key, stat=stat["Stat"], unit=stat.get("Unit"))


def period_of(query: Mapping[str, Any]) -> int:
    """Return the period a query names, in seconds, or 0."""
    return int((query.get("MetricStat") or {}).get("Period") or query.get("Period") or 0)


def _get_all_metrics(self: CloudWatchBackend) -> list[Any]:
    """Return one datum a metric, which is what ListMetrics needs, with the metrics that moto's services offer."""
    mine = [
        MetricDatum(
            key.namespace, key.name, 0.0, [{"Name": name, "Value": value} for name, value in key.dimensions], None
        )
        for key in (_attached[0].keys(_scope(self)) if _attached else [])
    ]
    return [*mine, *self.aws_metric_data]


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


CloudWatchBackend.put_metric_data = _put_metric_data  # type: ignore[method-assign]
CloudWatchBackend.get_metric_statistics = _get_metric_statistics  # type: ignore[method-assign,assignment]
CloudWatchBackend.get_metric_data = _get_metric_data  # type: ignore[method-assign]
CloudWatchBackend.get_all_metrics = _get_all_metrics  # type: ignore[method-assign]
CloudWatchResponse.get_metric_statistics = _respond_with_statistics  # type: ignore[method-assign]
