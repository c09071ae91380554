"""What the model is asked, line by line, and whether its answers fit. Pure.

One line is one request of the model's own schema, for a hundred customers: the most that it takes, and few enough
round trips for a list of millions.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trainyard.errors import TrainyardError
from trainyard.release.golden import Expectation
from trainyard.release.smoke import check_answer

CUSTOMERS_A_REQUEST = 100
DEFAULT_K, MAXIMUM_K = 10, 50


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, and of which model."""

    ids: Sequence[int]
    k: int
    version: str
    data_hash: str
    """Of the data that the model must have been made from; empty where its package does not say."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Answers that fit: who were scored, and the hash of the file that says so."""

    customers: int
    sha256: str


def requests(ids: Sequence[int], k: int) -> Iterator[bytes]:
    """Yield the lines to ask, each with its end."""
    for group in _groups(ids):
        yield json.dumps({"customers": list(group), "k": k}, separators=(",", ":")).encode() + b"\n"


def check_answers(blocks: Iterable[bytes], asked: Asked, where: str) -> Answered:
    """Return what a file of answers holds: one for each line that was asked, in its order, as good as a golden one.

    Args:
        blocks: the file.
        asked: what it must answer.
        where: address of the file, for messages.

    Raises:
        TrainyardError: an answer is missing, wrong, another version's, or about other customers.
    """
    digest, expected, number = hashlib.sha256(), _groups(asked.ids), 0
    for number, line in enumerate(_lines(blocks, digest), 1):
        group = next(expected, None)
        if group is None:
            raise _wrong(f"it has more lines than the {number - 1} that were asked", where)
        problem = _problem(line, group, asked)
        if problem:
            raise _wrong(f"line {number} {problem}", where)
    if next(expected, None) is not None:
        raise _wrong(f"it ends after {number} lines, and more were asked", where)
    return Answered(customers=len(asked.ids), sha256=digest.hexdigest())


def _groups(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + CUSTOMERS_A_REQUEST] for at in range(0, len(ids), CUSTOMERS_A_REQUEST))


def _lines(blocks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        digest.update(block)
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _problem(line: bytes, group: Sequence[int], asked: Asked) -> str:
    try:
        answer = json.loads(line)
    except ValueError:
        return "is not JSON"
    expect = Expectation(customers=len(group), k=asked.k)
    problems = check_answer(expect, (200, answer), asked.version, asked.data_hash)
    if problems:
        return f"is wrong: {problems[0]}"
    named = [row.get("customer_id") for row in answer["recommendations"]]
    return "" if named == list(group) else "is about other customers than were asked"


def _wrong(what: str, where: str) -> TrainyardError:
    return TrainyardError(
        f"The job completed, and its output is not what was asked for: {what}",
        where=where,
        cure="Do not use the file; look at the job's logs in /aws/sagemaker/TransformJobs",
    )
