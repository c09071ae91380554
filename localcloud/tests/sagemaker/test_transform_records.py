import pytest

from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.transform.records import assembled, batches, split_lines
from localcloud.sagemaker.transform.settings import settings_of


def payloads(records: list[bytes], limit: int | None, *, many: bool) -> list[bytes]:
    return [batch.payload for batch in batches([(record, record) for record in records], limit, many=many)]


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [([b"a\nb\n"], [b"a", b"b"]), ([b"a\nb"], [b"a", b"b"]), ([b"a", b"b\n", b"\nc"], [b"ab", b"", b"c"]), ([], [])],
)
def test_lines_are_found_across_chunks_and_the_last_needs_no_end(chunks, lines) -> None:
    assert list(split_lines(chunks)) == lines


def test_one_record_is_one_payload_or_as_many_as_fit() -> None:
    records = [b"aaaa", b"bb", b"cc", b"dddd"]
    assert payloads(records, 5, many=False) == records
    assert payloads(records, 5, many=True) == [b"aaaa", b"bb\ncc", b"dddd"]
    assert payloads(records, None, many=True) == [b"aaaa\nbb\ncc\ndddd"]
    assert payloads([], 5, many=True) == []


def test_what_is_sent_counts_and_the_records_behind_it_are_kept() -> None:
    first, second = batches([(b"id,aaaa", b"aaaa"), (b"id,bb", b"bb")], 5, many=True)
    assert (first.records, first.payload) == ((b"id,aaaa",), b"aaaa")
    assert (second.records, second.payload) == ((b"id,bb",), b"bb")


def test_payloads_never_pass_the_limit() -> None:
    found = payloads([b"x" * size for size in (3, 1, 4, 1, 5, 2, 6)], 8, many=True)
    assert all(len(payload) <= 8 for payload in found)
    assert b"\n".join(found).split(b"\n") == [b"x" * size for size in (3, 1, 4, 1, 5, 2, 6)]


def test_a_record_longer_than_a_payload_fails() -> None:
    with pytest.raises(JobFailure, match="A record of 6 bytes is larger than MaxPayloadInMB allows"):
        payloads([b"a", b"b" * 6], 5, many=True)


def test_answers_are_told_apart_by_lines_only_when_asked() -> None:
    assert [assembled(answer, by_line=True) for answer in (b"a", b"a\n", b"")] == [b"a\n", b"a\n", b"\n"]
    assert assembled(b"a", by_line=False) == b"a"


def test_the_request_comes_before_what_the_container_says_of_itself() -> None:
    said = {"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 3}
    assert settings_of({}, {}).environment == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "6",
        "SAGEMAKER_BATCH_STRATEGY": "MULTI_RECORD",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "1",
    }
    told = settings_of({}, said)
    assert (told.concurrent, told.many, told.payload_mb) == (8, False, 3)
    asked = settings_of({"MaxConcurrentTransforms": 2, "BatchStrategy": "MultiRecord", "MaxPayloadInMB": 0}, said)
    assert (asked.concurrent, asked.many, asked.limit_bytes) == (2, True, None)
    assert (asked.retries, asked.timeout_seconds) == (3, 600)
