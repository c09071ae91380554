"""CloudWatch alarms and dashboards."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(target="ResourceARN")
_QUERY = {
    "id": "Id",
    "expression": "Expression",
    "label": "Label",
    "returnData": "ReturnData",
    "accountId": "AccountId",
    "period": "Period",
}


def _alarm_query(query: Props) -> Props:
    """Return a metric query as the API nests it: Pulumi's `metric` holds both the metric and how it is summed."""
    metric = query.get("metric")
    rest = {api: query[name] for name, api in _QUERY.items() if query.get(name) not in (None, "")}
    if not metric:
        return rest
    dimensions = [{"Name": key, "Value": value} for key, value in sorted((metric.get("dimensions") or {}).items())]
    named = {"Namespace": metric.get("namespace"), "MetricName": metric["metricName"], "Dimensions": dimensions}
    stat = {"Metric": {key: value for key, value in named.items() if value}, "Period": metric["period"]}
    stat |= given(metric, Stat="stat", Unit="unit")
    return {**rest, "MetricStat": stat}


def _told_query(query: dict[str, Any]) -> Props:
    stat = query.get("MetricStat")
    found: Props = {name: query[api] for name, api in _QUERY.items() if query.get(api) is not None}
    if stat:
        metric = stat["Metric"]
        found["metric"] = {
            "namespace": metric.get("Namespace"),
            "metricName": metric["MetricName"],
            "dimensions": {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])},
            "period": stat["Period"],
            "stat": stat["Stat"],
            "unit": stat.get("Unit"),
        }
    return found


_ALARM = {
    "name": "AlarmName",
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}


def _put_alarm(session: Session, props: Props, tagged: bool) -> str:
    params = given(props, **{api: name for name, api in _ALARM.items()})
    params = {api: float(value) if api == "Threshold" else value for api, value in params.items()}
    if props.get("dimensions"):
        params["Dimensions"] = [{"Name": key, "Value": text} for key, text in sorted(props["dimensions"].items())]
    if props.get("metricQueries"):
        params["Metrics"] = [_alarm_query(query) for query in props["metricQueries"]]
    if tagged and props["tagsAll"]:
        params["Tags"] = _TAGS.encode(props["tagsAll"])
    session.client("cloudwatch", region_of(props)).put_metric_alarm(**params)
    return props["name"]


def _read_alarm(session: Session, name: str, state: Props) -> Props | None:
    cloudwatch = session.client("cloudwatch", region_of(state))
    answer = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    if not answer:
        return None
    found = answer[0]
    told: Props = {name: found[api] for name, api in _ALARM.items() if found.get(api) is not None}
    told["arn"] = found["AlarmArn"]
    if found.get("Dimensions"):
        told["dimensions"] = {one["Name"]: one["Value"] for one in found["Dimensions"]}
    if found.get("Metrics"):
        told["metricQueries"] = [_told_query(query) for query in found["Metrics"]]
        told = {key: value for key, value in told.items() if key not in ("period", "statistic", "metricName")}
    told["tagsAll"] = _TAGS.read(cloudwatch, name, told)
    return told


def _update_alarm(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    if changed - {"tags", "tagsAll"}:
        _put_alarm(session, props, tagged=False)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(session.client("cloudwatch", region_of(state)), name, state, props["tagsAll"])


def _put_dashboard(session: Session, props: Props) -> str:
    session.client("cloudwatch", region_of(props)).put_dashboard(
        DashboardName=props["dashboardName"], DashboardBody=props["dashboardBody"]
    )
    return props["dashboardName"]


def _read_dashboard(session: Session, name: str, state: Props) -> Props | None:
    found = session.client("cloudwatch", region_of(state)).get_dashboard(DashboardName=name)
    arn = f"arn:{session.partition}:cloudwatch::{session.account}:dashboard/{name}"
    return {"dashboardName": name, "dashboardArn": arn, "dashboardBody": found["DashboardBody"]}


ROWS = (
    Resource(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        naming=Naming(),
        create=lambda session, props: _put_alarm(session, props, tagged=True),
        read=_read_alarm,
        update=_update_alarm,
        delete=lambda session, name, state: session.client("cloudwatch", region_of(state)).delete_alarms(
            AlarmNames=[name]
        ),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
    ),
    Resource(
        token="aws:cloudwatch/dashboard:Dashboard",
        create=_put_dashboard,
        read=_read_dashboard,
        update=lambda session, name, state, props, changed: _put_dashboard(session, props),
        delete=lambda session, name, state: session.client("cloudwatch", region_of(state)).delete_dashboards(
            DashboardNames=[name]
        ),
        documents=frozenset({"dashboardBody"}),
    ),
)
