from pathlib import Path

from tests.bench.release.samples import Sample, Span, failed, p99_ms, read, within


def test_a_line_that_the_load_did_not_finish_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "samples"
    file.write_text("10.0 0.005 200 baseline\n10.5 0.2 0 -\n11.0 0.00")
    assert read(file) == [Sample(10.0, 0.005, 200, "baseline"), Sample(10.5, 0.2, 0, "-")]


def test_whatever_was_not_answered_as_it_should_be_has_failed() -> None:
    samples = [Sample(1, 0.1, status, "1") for status in (200, 0, 424, 503)]
    assert [one.status for one in failed(samples)] == [0, 424, 503]


def test_a_request_belongs_to_the_span_in_which_it_was_due() -> None:
    samples = [Sample(due, 9.0, 200, "1") for due in (0.9, 1.0, 1.9, 2.0, 5.0)]
    assert [one.due for one in within(samples, [Span(1, 2), Span(5, 6)])] == [1.0, 1.9, 5.0]


def test_the_percentile_is_in_milliseconds_and_of_nothing_there_is_none() -> None:
    assert p99_ms([Sample(0, 0.25, 200, "1")] * 3) == 250.0
    assert p99_ms([]) is None
