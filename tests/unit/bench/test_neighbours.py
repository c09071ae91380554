import subprocess
import sys
import time

from tests.bench.release.neighbours import Reading, cores, metered, read
from tests.bench.release.samples import Span

READINGS = [Reading(0, 100, 10), Reading(1, 102, 11), Reading(2, 104, 12), Reading(3, 110, 13), Reading(4, 111, 14)]


def test_what_others_used_is_what_was_used_less_the_benchmark_s_own() -> None:
    assert cores(READINGS, [Span(0, 2)]) == 1.0
    assert cores(READINGS, [Span(0, 1), Span(3, 4)]) == 0.5


def test_a_span_in_which_nothing_was_read_has_no_answer() -> None:
    assert cores(READINGS, [Span(1.2, 1.8)]) is None
    assert cores([], [Span(0, 4)]) is None


def test_the_work_of_a_child_is_the_benchmark_s_own_also_when_it_has_ended() -> None:
    before = read()
    subprocess.run([sys.executable, "-S", "-c", "while __import__('time').process_time() < 0.3: pass"], check=True)
    after = read()
    assert after.own - before.own >= 0.25
    assert after.used >= before.used


def test_readings_are_taken_while_the_block_runs() -> None:
    with metered() as readings:
        start = time.time()
    assert readings[0].at <= start
