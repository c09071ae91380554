import json
from typing import Any

import pytest

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.transform.data_processing import DataProcessing, data_processing_of


def job(kind: str = "text/csv", accept: str | None = None, split: str = "Line", **asked: str) -> dict[str, Any]:
    return {
        "TransformInput": {"ContentType": kind, "SplitType": split},
        "TransformOutput": {"Accept": accept or kind},
        "DataProcessing": asked,
    }


def treatment(kind: str = "text/csv", **asked: str) -> DataProcessing:
    return data_processing_of(job(kind, **asked))


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_without_being_asked_for_nothing_is_touched() -> None:
    plain = data_processing_of({"TransformInput": {}, "TransformOutput": {}})
    assert plain.sent(b"{not json") == b"{not json"
    assert plain.kept([b"a", b"b"], b"one answer") == b"one answer"
    assert treatment(InputFilter="$", OutputFilter="$", JoinSource="None") == treatment()


@pytest.mark.parametrize(
    ("path", "sent"),
    [("$[1:]", b'"a,b",3'), ("$[0]", b"7"), ("$[0,2]", b"7,3"), ("$[-1]", b"3"), ("$[:2]", b'7,"a,b"')],
)
def test_columns_are_chosen_by_position(path, sent) -> None:
    assert treatment(InputFilter=path).sent(b'7,"a,b",3') == sent


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("$.features", [1, 2]),
        ("$['features']", [1, 2]),
        ("$.features[0:]", [1, 2]),
        ("$['id','features']", {"id": 7, "features": [1, 2]}),
        ("$.deep.['a','b']", {"a": 1, "b": 2}),
    ],
)
def test_members_are_chosen_by_name(path, sent) -> None:
    record = text({"id": 7, "features": [1, 2], "deep": {"a": 1, "b": 2, "c": 3}})
    assert json.loads(treatment("application/jsonlines", InputFilter=path).sent(record)) == sent


def test_the_answer_joins_its_record_as_last_columns_or_as_a_member() -> None:
    assert treatment(JoinSource="Input").kept([b"7,a"], b"0.5\n") == b"7,a,0.5"
    joined = treatment("application/json", JoinSource="Input")
    assert json.loads(joined.kept([text({"id": 7})], text({"p": 0.5}))) == {"id": 7, "SageMakerOutput": {"p": 0.5}}
    assert json.loads(joined.kept([text([1, 2])], text(0.5))) == {"SageMakerInput": [1, 2], "SageMakerOutput": 0.5}


def test_each_record_of_a_batch_gets_its_own_answer() -> None:
    joined = treatment(JoinSource="Input", OutputFilter="$[0,-1]")
    assert joined.kept([b"7,a", b"8,b"], b"0.5\n0.6\n") == b"7,0.5\n8,0.6"
    with pytest.raises(JobFailure, match="answered 2 records with 1 lines"):
        joined.kept([b"7,a", b"8,b"], b"0.5\n")


def test_an_output_filter_needs_no_join() -> None:
    filtered = treatment("application/jsonlines", OutputFilter="$.p")
    assert filtered.kept([b"never read"], text({"p": 0.5})) == b"0.5"


def test_records_that_cannot_be_read_fail() -> None:
    with pytest.raises(JobFailure, match="is not application/jsonlines"):
        treatment("application/jsonlines", InputFilter="$.a").sent(b"{")
    with pytest.raises(JobFailure, match="has nothing at"):
        treatment("application/jsonlines", InputFilter="$.a").sent(b"{}")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (job(InputFilter="$["), "InputFilter .* is not a valid JSONPath"),
        (job("application/x-image", InputFilter="$[1:]"), "ContentType and Accept must be one of"),
        (job("text/csv", "application/json", JoinSource="Input"), "must be the same"),
        (job(split="None", InputFilter="$[1:]"), "need SplitType Line"),
    ],
)
def test_what_cannot_be_filtered_or_joined_is_refused(asked, message) -> None:
    with pytest.raises(ValidationError, match=message):
        data_processing_of(asked)


def test_a_whole_json_object_may_be_filtered_unsplit() -> None:
    assert data_processing_of(job("application/json", split="None", InputFilter="$.a")).sent(b'{"a": 1}') == b"1"
