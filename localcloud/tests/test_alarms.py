import json
from datetime import UTC, datetime, timedelta

import pytest

from localcloud.alarms.definition import Definition
from localcloud.alarms.verdict import EXTRA_PERIODS, judge
from localcloud.metrics.points import Point, SeriesKey
from localcloud.metrics.queries import Query
from localcloud.scope import Scope
from localcloud.testing import running_cloud

SCOPE = Scope("000000000001", "eu-west-1")
NOW = 1_800_000_000.0


def definition(datapoints, missing="missing", periods=3):
    return Definition(
        scope=SCOPE,
        name="a",
        arn="arn",
        queries=(Query(id="m", expression="m"),),
        watched="m",
        period=60,
        periods=periods,
        datapoints=datapoints,
        threshold=5.0,
        comparison="GreaterThanThreshold",
        missing=missing,
    )


# The tables of CloudWatch's user guide: 0 does not breach, X breaches, - is missing; three periods are evaluated.
TABLE = [
    # pattern, datapoints to alarm, state for missing / ignore / breaching / notBreaching (None keeps the state)
    ("0-X-X", 3, "OK", "OK", "OK", "OK"),
    ("----0", 3, "OK", "OK", "OK", "OK"),
    ("-----", 3, "INSUFFICIENT_DATA", None, "ALARM", "OK"),
    ("0XX-X", 3, "ALARM", "ALARM", "ALARM", "ALARM"),
    ("--X--", 3, "ALARM", None, "ALARM", "OK"),
    ("0-X-X", 2, "ALARM", "ALARM", "ALARM", "ALARM"),
    ("00X0X", 2, "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0-X--", 2, "OK", "OK", "ALARM", "OK"),
    ("----0", 2, "OK", "OK", "ALARM", "OK"),
    ("----X", 2, "ALARM", None, "ALARM", "OK"),
]


@pytest.mark.parametrize(("pattern", "datapoints", "missing", "ignore", "breaching", "not_breaching"), TABLE)
def test_missing_data_is_treated_as_in_cloudwatchs_table(
    pattern, datapoints, missing, ignore, breaching, not_breaching
):
    assert len(pattern) == 3 + EXTRA_PERIODS
    values = [{"0": 1.0, "X": 9.0, "-": None}[symbol] for symbol in pattern]
    starts = [NOW + 60 * index for index in range(len(values))]
    states = []
    for treatment in ("missing", "ignore", "breaching", "notBreaching"):
        verdict = judge(definition(datapoints, treatment), starts, values)
        states.append(verdict and verdict.state)
    assert states == [missing, ignore, breaching, not_breaching]


def test_the_reason_names_the_datapoints_and_the_threshold():
    verdict = judge(definition(1, periods=1), [NOW], [9.5])
    assert verdict.reason == (
        "Threshold Crossed: 1 out of the last 1 datapoints [9.5 (15/01/27 08:00:00)] was greater than the "
        "threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert json.loads(verdict.data)["recentDatapoints"] == [9.5]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with running_cloud(tmp_path_factory.mktemp("cloud"), speed=0.001) as cloud:
        yield cloud  # at this speed the evaluator's own thread never gets to evaluate: the tests step it


def put_error_rate_alarm(aws, name, topic):
    def counted(id, metric):
        dimensions = [{"Name": "EndpointName", "Value": name}]
        stat = {"Metric": {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions}}
        return {"Id": id, "MetricStat": {**stat, "Period": 60, "Stat": "Sum"}, "ReturnData": False}

    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmActions=[topic],
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        Metrics=[
            {"Id": "rate", "Expression": "IF(FILL(calls,0)>0, 100*FILL(errors,0)/calls, 0)", "ReturnData": True},
            counted("errors", "Invocation5XXErrors"),
            counted("calls", "Invocations"),
        ],
    )


def add(aws, endpoint, metric, at, *values):
    key = SeriesKey.of(SCOPE, "AWS/SageMaker", metric, {"EndpointName": endpoint})
    for value in values:
        aws.cloud.metrics.add(key, Point.single(at, value, "Count"))


def received(aws, queue, count):
    bodies = []
    while len(bodies) < count:
        found = aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5, MaxNumberOfMessages=10)
        assert found.get("Messages"), f"only {len(bodies)} of {count} messages arrived"
        bodies += [json.loads(message["Body"]) for message in found["Messages"]]
    return bodies


def test_an_error_rate_alarm_fires_notifies_and_recovers(aws):
    cloudwatch, sns, sqs = (aws.client(service) for service in ("cloudwatch", "sns", "sqs"))
    topic = sns.create_topic(Name="people")["TopicArn"]
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    events = sqs.create_queue(QueueName="events")["QueueUrl"]
    aws.client("events").put_rule(
        Name="alarms",
        EventPattern=json.dumps({"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}),
    )
    events_arn = sqs.get_queue_attributes(QueueUrl=events, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("events").put_targets(Rule="alarms", Targets=[{"Id": "q", "Arn": events_arn}])
    put_error_rate_alarm(aws, "shop", topic)
    state = aws.cloud.alarms.states
    assert state(SCOPE, ["shop", "absent"]) == {"shop": "INSUFFICIENT_DATA"}

    period = 60 / aws.cloud.clock.speed
    now = (datetime.now(UTC).timestamp() // period) * period
    aws.evaluator.step(now)
    assert state(SCOPE, ["shop"]) == {"shop": "OK"}

    add(aws, "shop", "Invocations", now + 1, *[1] * 10)
    add(aws, "shop", "Invocation5XXErrors", now + 1, 1)
    aws.evaluator.step(now + period - 1)
    assert state(SCOPE, ["shop"]) == {"shop": "OK"}, "a period that has not ended does not count"
    aws.evaluator.step(now + period)
    assert state(SCOPE, ["shop"]) == {"shop": "ALARM"}

    alarm = cloudwatch.describe_alarms(AlarmNames=["shop"])["MetricAlarms"][0]
    assert "1 out of the last 1 datapoints [10.0" in alarm["StateReason"]
    history = cloudwatch.describe_alarm_history(AlarmName="shop", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in history] == [
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ]
    message = json.loads(received(aws, queue, 1)[0]["Message"])
    assert (message["AlarmName"], message["NewStateValue"], message["OldStateValue"]) == ("shop", "ALARM", "OK")
    event = received(aws, events, 1)[0]
    assert event["detail"]["alarmName"] == "shop"
    assert event["detail"]["previousState"]["value"] == "OK"
    assert event["resources"] == [alarm["AlarmArn"]]

    for later in range(1, 4):
        add(aws, "shop", "Invocations", now + later * period + 1, 1)
    aws.evaluator.step(now + 4 * period)
    assert state(SCOPE, ["shop"]) == {"shop": "OK"}


def test_a_percentile_alarm_watches_its_exact_dimensions(aws):
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="slow",
        Namespace="AWS/SageMaker",
        MetricName="ModelLatency",
        Dimensions=[{"Name": "EndpointName", "Value": "slow"}],
        ExtendedStatistic="p99",
        Period=60,
        EvaluationPeriods=1,
        Threshold=100,
        ComparisonOperator="GreaterThanThreshold",
    )
    period = 60 / aws.cloud.clock.speed
    now = (datetime.now(UTC).timestamp() // period) * period
    add(aws, "other", "ModelLatency", now + 1, 900.0)
    aws.evaluator.step(now + period)
    assert aws.cloud.alarms.states(SCOPE, ["slow"]) == {"slow": "INSUFFICIENT_DATA"}
    add(aws, "slow", "ModelLatency", now + 2, *[1.0] * 98, 900.0, 900.0)
    aws.evaluator.step(now + period)
    assert aws.cloud.alarms.states(SCOPE, ["slow"]) == {"slow": "ALARM"}


def test_an_updated_alarm_keeps_its_state(aws):
    for threshold in (1, 2):
        aws.client("cloudwatch").put_metric_alarm(
            AlarmName="kept",
            Namespace="N",
            MetricName="M",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
        )
        if threshold == 1:
            aws.client("cloudwatch").set_alarm_state(AlarmName="kept", StateValue="ALARM", StateReason="by hand")
    alarm = aws.client("cloudwatch").describe_alarms(AlarmNames=["kept"])["MetricAlarms"][0]
    assert (alarm["StateValue"], alarm["StateReason"], alarm["Threshold"]) == ("ALARM", "by hand", 2)


def test_cloudwatch_reads_what_was_published(aws):
    cloudwatch = aws.client("cloudwatch")
    aws.cloud.metrics.publish(
        aws.scope, namespace="Shop", name="Sold", unit="Count", dimensions={"Store": "1"}, values=[1.0, 3.0]
    )
    cloudwatch.put_metric_data(
        Namespace="Shop",
        MetricData=[
            {"MetricName": "Sold", "Dimensions": [{"Name": "Store", "Value": "1"}], "Value": 5, "Unit": "Count"}
        ],
    )
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1)}
    store = [{"Name": "Store", "Value": "1"}]
    read = cloudwatch.get_metric_statistics(
        Namespace="Shop", MetricName="Sold", Dimensions=store, Period=7200, Statistics=["Sum", "Maximum"], **window
    )["Datapoints"]
    assert sum(point["Sum"] for point in read) == 9
    percentiles = cloudwatch.get_metric_statistics(
        Namespace="Shop", MetricName="Sold", Dimensions=store, Period=86400, ExtendedStatistics=["p50"], **window
    )["Datapoints"]
    assert percentiles[0]["ExtendedStatistics"]["p50"] > 0
    metric = {"Namespace": "Shop", "MetricName": "Sold", "Dimensions": store}
    data = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
            {"Id": "e", "Expression": "m * 10"},
        ],
        **window,
    )["MetricDataResults"]
    assert [(series["Id"], sum(series["Values"])) for series in data] == [("e", 90)]
    assert [m["Dimensions"] for m in cloudwatch.list_metrics(Namespace="Shop")["Metrics"]] == [store]
