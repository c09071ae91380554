"""Golden requests to the live endpoint while an update moves its traffic: a wrong answer of the new model undoes it.

SageMaker has no call that ends an update on its way. So wrong answers become a metric, one of the release's own alarms
watches it, and SageMaker rolls back on that alarm as on any other. Whoever asks must be running: without a driver
nobody asks, and the other alarms watch alone.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from trainyard.release.faults import transient
from trainyard.release.golden import GoldenSuite
from trainyard.release.record import LiveAnswers
from trainyard.release.smoke import check_answer, invoke

NAMESPACE = "Trainyard/Release"
METRIC = "GoldenFailures"
PAUSE_SECONDS = 5.0
"""Between two rounds: each sends every golden request once."""
KEPT = 5
"""Failures that a record keeps of each side; an item of DynamoDB holds 400 KB."""


def ask_live(runtime: Any, endpoint: str, suite: GoldenSuite, version: str, now: float) -> LiveAnswers:
    """Send each golden request that is to be served once; nothing that goes wrong with one stops the release by itself.

    Those that are to be refused stay out: where customers are few, they would trip the alarm on refusals.
    """
    versions: Counter[str] = Counter()
    failures: list[str] = []
    others: list[str] = []
    for request in (one for one in suite.requests if one.expect.error_status is None):
        try:
            status, body = invoke(runtime, endpoint, request.body)
        except (ClientError, BotoCoreError) as error:
            others.append(f"{request.name}: no answer: {error}")
            continue
        by = str(body["model_version"]) if isinstance(body, dict) and body.get("model_version") else ""
        versions[by] += 1
        problems = [f"{request.name}: {problem}" for problem in check_answer(request.expect, (status, body), by)]
        (failures if by == version else others).extend(problems)
    return LiveAnswers(at=now, by_version=dict(versions), failures=tuple(failures), others=tuple(others))


def together(earlier: LiveAnswers | None, later: LiveAnswers) -> LiveAnswers:
    """Return both rounds as one; of the failures only the first few are kept."""
    if earlier is None:
        earlier = LiveAnswers()
    return LiveAnswers(
        at=later.at,
        by_version=dict(Counter(earlier.by_version) + Counter(later.by_version)),
        failures=_first(earlier.failures + later.failures),
        others=_first(earlier.others + later.others),
    )


def publish(cloudwatch: Any, config_name: str, answers: LiveAnswers, version: str) -> LiveAnswers:
    """Publish one round's failures and return the round; a refusal is noted, as the update goes on all the same.

    Raises:
        ClientError: the call may succeed a moment later.
    """
    data = metric_data(config_name, answers, version)
    if data is None:
        return answers
    try:
        cloudwatch.put_metric_data(**data)
    except ClientError as error:
        if transient(error):
            raise
        return replace(answers, others=(*answers.others, f"failures could not be published: {error}"))
    return answers


def metric_data(config_name: str, answers: LiveAnswers, version: str) -> dict[str, Any] | None:
    """Return the request of PutMetricData for one round, or None where the new version answered nothing."""
    if version not in answers.by_version:
        return None
    datum = {"MetricName": METRIC, "Dimensions": dimensions(config_name), "Value": float(len(answers.failures))}
    return {"Namespace": NAMESPACE, "MetricData": [{**datum, "Unit": "Count"}]}


def dimensions(config_name: str) -> list[dict[str, str]]:
    """Return what tells the failures of one release from those of another."""
    return [{"Name": "EndpointConfigName", "Value": config_name}]


def _first(failures: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(failures))[:KEPT]
