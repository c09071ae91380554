"""Every alarm watches something and tells somebody: an alarm without dimensions has no data and never fires."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from stacks.rules.context import Context
from stacks.rules.reading import as_list, shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each

_METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_ALARMS = (_METRIC_ALARM, "aws:cloudwatch/compositeAlarm:CompositeAlarm")
_NEEDED = {
    "namespace": "the metric's namespace",
    "metricName": "the metric's name",
    "dimensions": "the dimensions that its metric is published with, such as EndpointName and VariantName",
    "period": "the seconds over which a value is taken",
}


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    if resource.type == _METRIC_ALARM:
        yield from _watches(resource)
    if resource.type in _ALARMS:
        yield from _tells(resource)


def _watches(alarm: Resource) -> Iterator[Verdict]:
    queries = alarm.inputs.get("metricQueries")
    if queries == UNKNOWN:
        yield Undecided(alarm, "metricQueries")
        return
    if not queries:
        yield from _complete(alarm, "", alarm.inputs)
        return
    metrics = [
        (f"metricQueries[{index}].metric.", query["metric"])
        for index, query in enumerate(cast(Sequence[Mapping[str, Any]], as_list(queries)))
        if query.get("metric")
    ]
    for path, metric in metrics:
        yield from _complete(alarm, path, cast(Mapping[str, Any], metric) if isinstance(metric, Mapping) else {})
    if not metrics:
        what = f"{alarm} watches no metric: metricQueries is {shown(queries)}."
        yield Broken(alarm, what, "Add a query with a metric that the expression is computed from.")


def _complete(alarm: Resource, path: str, metric: Mapping[str, Any]) -> Iterator[Verdict]:
    for property, meaning in _NEEDED.items():
        value = metric.get(property)
        if value == UNKNOWN:
            yield Undecided(alarm, f"{path}{property}")
        elif not value:
            what = f"{alarm} watches nothing: {path}{property} is {shown(value)}."
            yield Broken(alarm, what, f"Set {path}{property} to {meaning}.")


def _tells(alarm: Resource) -> Iterator[Verdict]:
    actions, enabled = alarm.inputs.get("alarmActions"), alarm.inputs.get("actionsEnabled")
    unknown = [key for key in ("alarmActions", "actionsEnabled") if alarm.inputs.get(key) == UNKNOWN]
    if not unknown and not as_list(actions):
        what = f"{alarm} tells nobody: alarmActions is {shown(actions)}."
        yield Broken(alarm, what, "Name the environment's topic in alarmActions.")
    if enabled is False:
        yield Broken(alarm, f"{alarm} tells nobody: actionsEnabled is false.", "Remove actionsEnabled.")
    yield from (Undecided(alarm, key) for key in unknown)


RULE = Rule(
    "alarms-watch-and-tell",
    "Every alarm has namespace, metric, dimensions and period, or it never fires, and at least one action, or nobody "
    "hears of it.",
    for_each(_judge),
)
