from io import StringIO

import pytest
from rich.console import Console

from tests.unit.shadow.plans import record
from trainyard.shadow.comparison import LEAST_PAIRS, LEAST_REQUESTS, compare
from trainyard.shadow.measured import Measured
from trainyard.shadow.view import comparison_table

MANY = Measured(invocations=LEAST_REQUESTS, errors_4xx=0, errors_5xx=2, latency_p50_ms=4.0, latency_p99_ms=9.5)
FEW = Measured(invocations=LEAST_REQUESTS - 1, errors_4xx=0, errors_5xx=0, latency_p50_ms=None, latency_p99_ms=None)
RECORD = record(phase="running", running_since=1000.0)
ENOUGH = [1.0, 0.5] * (LEAST_PAIRS // 2)


def test_enough_of_everything_is_told_as_it_is() -> None:
    one = compare(RECORD, 1120.0, MANY, MANY, ENOUGH)
    assert (one.seconds, one.pairs, one.agreement, one.too_little) == (120.0, LEAST_PAIRS, 0.75, ())
    document = one.document()
    assert (document["version"], document["variants"]["shadow"]["errors_5xx"]) == ("4", 2)


@pytest.mark.parametrize(
    ("production", "shadow", "shares", "told"),
    [
        (FEW, MANY, ENOUGH, "Production answered 99 requests; a p99 wants at least 100"),
        (MANY, FEW, ENOUGH, "The shadow answered 99 requests"),
        (MANY, MANY, ENOUGH[:-1], "29 requests were captured with both answers; a mean wants at least 30"),
        (MANY, MANY, None, "the live config captures no data (`capture_percent`)"),
    ],
)
def test_too_little_is_said_plainly(
    production: Measured, shadow: Measured, shares: list[float] | None, told: str
) -> None:
    (found,) = compare(RECORD, 1120.0, production, shadow, shares).too_little
    assert told in found


def test_the_table_shows_both_and_what_is_not_known() -> None:
    written = StringIO()
    Console(file=written, width=120).print(comparison_table(compare(RECORD, 1120.0, MANY, FEW, ENOUGH)))
    text = written.getvalue()
    assert "shop: version 4 beside the live one for 2 min" in text
    assert "2 (2.0%)" in text
    assert "75.0%" in text
    assert any("p99" in line and "9.5" in line and " - " in line for line in text.splitlines())
