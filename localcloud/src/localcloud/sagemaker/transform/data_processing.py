"""What a job sends of its records, and what it keeps of records and answers: filters and the join. Pure.

Source: SageMaker AI guide, "Associate Prediction Results with Input Records", and API reference, DataProcessing.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonpath import JSONPath, JSONPathError, compile

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.failure import JobFailure

_WHOLE = "$"
_OUTPUT, _INPUT = "SageMakerOutput", "SageMakerInput"


@dataclass(frozen=True)
class DataProcessing:
    """How one job treats its records; formats are content types without their parameters."""

    reads: str
    writes: str
    input_filter: JSONPath | None = None
    output_filter: JSONPath | None = None
    joins: bool = False

    def sent(self, record: bytes) -> bytes:
        """Return what the container gets of a record.

        Raises:
            JobFailure: the record is not of the job's format, or has nothing where the filter looks.
        """
        if self.input_filter is None:
            return record
        return _write(self.reads, select(self.input_filter, _read(self.reads, record)))

    def kept(self, records: Sequence[bytes], answer: bytes) -> bytes:
        """Return what the output gets of the answer to some records.

        Raises:
            JobFailure: records and answers are not as many, or not of the job's formats.
        """
        if not self.joins and self.output_filter is None:
            return answer
        answers = answer.splitlines() if len(records) > 1 else [answer.strip(b"\r\n")]
        if len(answers) != len(records):
            raise JobFailure(
                f"ClientError: The container answered {len(records)} records with {len(answers)} lines, so that they "
                "cannot be told which belongs to which."
            )
        return b"\n".join(self._kept(*pair) for pair in zip(records, answers, strict=True))

    def _kept(self, record: bytes, answer: bytes) -> bytes:
        value = _read(self.writes, answer)
        if self.joins:
            value = _joined(_read(self.reads, record), value, self.reads)
        return _write(self.writes, value if self.output_filter is None else select(self.output_filter, value))


def data_processing_of(job: Mapping[str, Any]) -> DataProcessing:
    """Return how a job treats its records.

    Raises:
        ValidationError: a filter is no JSONPath, or the job's formats cannot be filtered or joined.
    """
    asked: Mapping[str, Any] = job.get("DataProcessing", {})
    found = DataProcessing(
        reads=_format(job["TransformInput"].get("ContentType")),
        writes=_format(job["TransformOutput"].get("Accept")),
        input_filter=_path("InputFilter", asked),
        output_filter=_path("OutputFilter", asked),
        joins=asked.get("JoinSource", "None") == "Input",
    )
    _check(found, job)
    return found


def select(path: JSONPath, value: Any) -> Any:
    """Return what a filter leaves of a value: the one thing it names, an object of names, or a list.

    Raises:
        JobFailure: there is nothing.
    """
    matches = list(path.finditer(value))
    if not matches:
        raise JobFailure(f"ClientError: A record has nothing at {path}, where the job's filter looks.")
    if path.singular_query():
        return matches[0].value
    names = [match.parts[-1] for match in matches]
    if all(isinstance(name, str) for name in names):
        return {str(name): match.value for name, match in zip(names, matches, strict=True)}
    return [match.value for match in matches]


def _path(name: str, asked: Mapping[str, Any]) -> JSONPath | None:
    text = asked.get(name, _WHOLE)
    if text == _WHOLE:
        return None
    try:
        # AWS writes brackets behind a dot, which JSONPath does not.
        found = compile(text.replace(".[", "["))
    except JSONPathError as error:
        raise ValidationError(f"DataProcessing: {name} {text!r} is not a valid JSONPath: {error}") from error
    assert isinstance(found, JSONPath)
    return found


def _check(found: DataProcessing, job: Mapping[str, Any]) -> None:
    used = [found.reads] if found.input_filter or found.joins else []
    used += [found.writes] if found.output_filter or found.joins else []
    for kind in used:
        if kind not in _FORMATS:
            raise ValidationError(
                f"DataProcessing: ContentType and Accept must be one of {', '.join(_FORMATS)}, got {kind!r}."
            )
    if found.joins and found.reads != found.writes:
        raise ValidationError(
            f"DataProcessing: to join them, ContentType ({found.reads}) and Accept ({found.writes}) must be the same."
        )
    if any(kind != _JSON for kind in used) and job["TransformInput"].get("SplitType") != "Line":
        raise ValidationError("DataProcessing: records of lines need SplitType Line.")


def _joined(record: Any, answer: Any, kind: str) -> Any:
    if kind == _CSV:
        return [*record, *answer]
    return {**record, _OUTPUT: answer} if isinstance(record, dict) else {_INPUT: record, _OUTPUT: answer}


def _format(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _read(kind: str, text: bytes) -> Any:
    try:
        return _FORMATS[kind](text.decode())
    except (ValueError, csv.Error) as error:
        raise JobFailure(f"ClientError: A record or an answer is not {kind}: {error}") from error


def _read_row(text: str) -> list[str]:
    return next(csv.reader([text.rstrip("\r\n")]), [])


def _write(kind: str, value: Any) -> bytes:
    if kind != _CSV:
        return json.dumps(value).encode()
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(value if isinstance(value, list) else [value])
    return line.getvalue().encode()


_CSV, _JSON = "text/csv", "application/json"
_FORMATS: Mapping[str, Callable[[str], Any]] = {
    _CSV: _read_row,
    _JSON: json.loads,
    "application/jsonlines": json.loads,
}
