"""Objects cut into payloads, and answers put together again; pure.

Source: SageMaker API reference, CreateTransformJob, TransformInput and TransformOutput.
"""

from collections.abc import Iterable, Iterator

from localcloud.sagemaker.jobs.failure import JobFailure


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a stream of bytes, without their ends; a last line needs none."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def batches(records: Iterable[bytes], limit_bytes: int | None, *, many: bool) -> Iterator[bytes]:
    """Yield payloads of one record each, or of as many as fit.

    Args:
        records: the records, in their order.
        limit_bytes: the longest payload; None for no limit.
        many: put as many lines into a payload as fit, instead of one.

    Raises:
        JobFailure: one record is longer than a payload may be.
    """
    waiting: list[bytes] = []
    size = 0
    for record in records:
        if limit_bytes is not None and len(record) > limit_bytes:
            raise JobFailure(
                f"ClientError: A record of {len(record)} bytes is larger than MaxPayloadInMB allows ({limit_bytes} "
                "bytes)."
            )
        if waiting and (not many or (limit_bytes is not None and size + len(record) > limit_bytes)):
            yield b"\n".join(waiting)
            waiting, size = [], 0
        waiting.append(record)
        size += len(record) + 1
    if waiting:
        yield b"\n".join(waiting)


def assembled(answer: bytes, *, by_line: bool) -> bytes:
    """Return an answer as it stands in the output: with an end of line, if answers are told apart by lines."""
    return answer + b"\n" if by_line and not answer.endswith(b"\n") else answer
