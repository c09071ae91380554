"""Objects cut into payloads, and answers put together again; pure.

Source: SageMaker API reference, CreateTransformJob, TransformInput and TransformOutput.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from localcloud.sagemaker.jobs.failure import JobFailure


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a stream of bytes, without their ends; a last line needs none."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


@dataclass(frozen=True)
class Batch:
    """The records behind one payload: as they stand in the object, and as they are sent."""

    records: tuple[bytes, ...]
    sent: tuple[bytes, ...]

    @property
    def payload(self) -> bytes:
        """What the container gets."""
        return b"\n".join(self.sent)


def batches(records: Iterable[tuple[bytes, bytes]], limit_bytes: int | None, *, many: bool) -> Iterator[Batch]:
    """Yield batches of one record each, or of as many as fit.

    Args:
        records: the records in their order, each with what is sent of it.
        limit_bytes: the longest payload; None for no limit.
        many: put as many lines into a payload as fit, instead of one.

    Raises:
        JobFailure: one record is longer than a payload may be.
    """
    waiting: list[tuple[bytes, bytes]] = []
    size = 0
    for record, sent in records:
        if limit_bytes is not None and len(sent) > limit_bytes:
            raise JobFailure(
                f"ClientError: A record of {len(sent)} bytes is larger than MaxPayloadInMB allows ({limit_bytes} "
                "bytes)."
            )
        if waiting and (not many or (limit_bytes is not None and size + len(sent) > limit_bytes)):
            yield _batch(waiting)
            waiting, size = [], 0
        waiting.append((record, sent))
        size += len(sent) + 1
    if waiting:
        yield _batch(waiting)


def _batch(pairs: list[tuple[bytes, bytes]]) -> Batch:
    return Batch(tuple(record for record, _ in pairs), tuple(sent for _, sent in pairs))


def assembled(answer: bytes, *, by_line: bool) -> bytes:
    """Return an answer as it stands in the output: with an end of line, if answers are told apart by lines."""
    return answer + b"\n" if by_line and not answer.endswith(b"\n") else answer
