import pytest

from localcloud.errors import ValidationError
from localcloud.metrics.expressions import evaluate
from localcloud.metrics.points import Point, SeriesKey
from localcloud.metrics.queries import Grid, Query, answer
from localcloud.metrics.statistics import statistic
from localcloud.metrics.store import MetricStore
from localcloud.scope import Scope

SCOPE = Scope("000000000001", "eu-west-1")
CALLS = SeriesKey.of(SCOPE, "Shop", "Calls", {"a": "1", "b": "2"})


@pytest.fixture
def store(tmp_path):
    store = MetricStore(tmp_path / "metrics.sqlite3", now=lambda: 1_000_000.0)
    yield store
    store.close()


def singles(*values):
    return [Point.single(0, value, "None") for value in values]


def test_statistics_weigh_values_by_their_counts():
    points = [Point.single(0, 1.0, "None", count=3), Point.single(0, 5.0, "None")]
    names = ("Sum", "SampleCount", "Average", "Minimum", "Maximum")
    assert [statistic(points, name) for name in names] == [8, 4, 2, 1, 5]


def test_percentiles_are_interpolated():
    assert statistic(singles(1, 2, 3, 4), "p50") == 2.5
    assert statistic(singles(*range(101)), "p99") == 99
    assert statistic([Point(0, 1, 3, 4, 2, "None")], "p50") is None


def test_an_unknown_statistic_is_named():
    with pytest.raises(ValueError, match="no statistic 'Median'"):
        statistic(singles(1), "Median")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("100 * errors / calls", [50.0, None, None, None]),
        ("100*FILL(errors,0)/calls", [50.0, None, 0.0, None]),
        ("IF(FILL(calls, 0) > 0, 100 * FILL(errors, 0) / FILL(calls, 0), 0)", [50.0, 0.0, 0.0, 0.0]),
        ("100 * FILL(errors, 0) / IF(calls > 0, calls, 1)", [50.0, 200.0, 0.0, None]),
        ("IF(calls > 1 AND errors > 0, 1, 0)", [1.0, 0.0, None, None]),
        ("-errors + 2^2", [3.0, 2.0, None, None]),
        ("SUM([errors, calls])", [3.0, 2.0, 4.0, None]),
        ("FILL(errors, REPEAT)", [1.0, 2.0, 2.0, 2.0]),
        ("MAX(errors)", [2.0, 2.0, 2.0, 2.0]),
    ],
)
def test_expressions(expression, expected):
    operands = {"errors": [1.0, 2.0, None, None], "calls": [2.0, 0.0, 4.0, None]}
    assert evaluate(expression, operands, 4) == expected


@pytest.mark.parametrize(
    "expression", ["__import__('os')", "errors.real", "other + 1", "[1, 2]", "lambda: 1", "errors if 1 else 2", "1 +"]
)
def test_an_expression_beyond_arithmetic_is_refused(expression):
    with pytest.raises(ValidationError, match="Error in expression"):
        evaluate(expression, {"errors": [1.0]}, 1)


def test_points_land_in_their_period_and_dimensions_match_exactly(store):
    for at, value in ((0.0, 1), (59.9, 2), (60.0, 4)):
        store.add(CALLS, Point.single(at, value, "Count"))
    store.add(SeriesKey.of(SCOPE, "Shop", "Calls", {"a": "1"}), Point.single(1.0, 100, "Count"))
    query = Query(id="m", metric=CALLS, stat="Sum")
    rate = Query(id="e", expression="m * 2")
    assert answer(store, [rate, query], Grid(0, 60, 3)) == {"m": [3, 4, None], "e": [6, 8, None]}


def test_expressions_that_depend_on_each_other_are_refused(store):
    with pytest.raises(ValidationError, match="depend on each other"):
        answer(store, [Query(id="a", expression="b"), Query(id="b", expression="a")], Grid(0, 60, 1))


def test_points_survive_a_restart(tmp_path):
    for count in (1, 2):
        store = MetricStore(tmp_path / "metrics.sqlite3")
        store.publish(SCOPE, namespace="N", name="M", unit="Count", dimensions={}, values=[1.0, 1.0])
        points = store.between(SeriesKey.of(SCOPE, "N", "M", {}), 0, 4e9)
        assert statistic(points, "Sum") == 2 * count
        store.close()
