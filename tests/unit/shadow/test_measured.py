from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.shadow.plans import plan
from trainyard.shadow.measured import Measured, measure, measured, period_of, queries

FIRST, SECOND = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC)
DAY = 86400


def test_only_the_shadow_s_own_config_is_counted() -> None:
    asked = queries(plan(), "shadow", 600)
    assert {query["MetricStat"]["Stat"] for query in asked} == {"Sum", "p50", "p99"}
    for query in asked:
        dimensions = {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]}
        assert dimensions == {
            "EndpointName": "shop-dev",
            "VariantName": "shadow",
            "EndpointConfigName": plan().config_name,
        }


@pytest.mark.parametrize(
    ("seconds", "period"),
    [(-5, 60), (0, 60), (61, 120), (8 * DAY + 1, 8 * DAY + 300), (32 * DAY + 1, 32 * DAY + 3600)],
)
def test_one_period_holds_the_whole_time_in_steps_that_cloudwatch_still_keeps(seconds: float, period: int) -> None:
    assert period_of(1000.0, 1000.0 + seconds) == period


def test_cloudwatch_is_asked_for_all_of_the_time_however_it_lays_periods_out() -> None:
    asked: dict[str, Any] = {}

    class CloudWatch:
        def get_metric_data(self, **request: Any) -> dict[str, Any]:
            asked.update(request)
            row = {"Id": "invocations", "Timestamps": [FIRST, SECOND], "Values": [7.0, 5.0]}
            return {"MetricDataResults": [row]}

    found = measure(CloudWatch(), plan(), "shadow", 1000.0, 1090.0)
    assert found.invocations == 12
    assert (asked["StartTime"].timestamp(), asked["EndTime"].timestamp()) == (880.0, 1120.0)


def test_two_periods_are_summed_and_their_percentiles_weighted() -> None:
    found = measured(
        {
            "invocations": {FIRST: 300.0, SECOND: 100.0},
            "errors_5xx": {FIRST: 1.0, SECOND: 2.0},
            "latency_p50": {FIRST: 4000.0, SECOND: 8000.0},
            "latency_p99": {FIRST: 10000.0, SECOND: 10000.0},
        }
    )
    assert found == Measured(invocations=400, errors_4xx=0, errors_5xx=3, latency_p50_ms=5.0, latency_p99_ms=10.0)


def test_without_requests_there_is_no_latency() -> None:
    assert measured({}).latency_p50_ms is None
