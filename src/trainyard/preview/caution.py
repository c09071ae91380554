"""Updates in place that a reviewer should not take for harmless: they keep less, or guard less."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trainyard.preview.difference import MISSING, Difference
from trainyard.preview.plan import Change, Operation

Look = Callable[[Difference], str]


def cautions(change: Change) -> tuple[str, ...]:
    """Return what becomes less by an update, a sentence each."""
    return tuple(dict.fromkeys(_cautions(change))) if change.operation is Operation.UPDATE else ()


def _cautions(change: Change) -> Iterator[str]:
    if change.unprotected:
        yield "It is no longer protected against deletion."
    for difference in change.differences:
        for ending, look in _LOOKS.get(change.type, {}).items():
            if difference.path.rpartition(".")[2].partition("[")[0] == ending and (text := look(difference)):
                yield text


def _less(text: str) -> Look:
    """Say `text` where a number becomes smaller; none at all means for ever."""

    def look(difference: Difference) -> str:
        old, new = difference.old, difference.new
        if old in (MISSING, None, 0) and isinstance(new, (int, float)):
            return text
        smaller = isinstance(old, (int, float)) and isinstance(new, (int, float)) and new < old
        return text if smaller else ""

    return look


def _becomes(value: Any, text: str) -> Look:
    return lambda difference: text if difference.new == value else ""


def _off(text: str) -> Look:
    return lambda difference: text if difference.old is True and difference.new is not True else ""


def _changes(text: str) -> Look:
    return lambda _: text


_LIFECYCLE = _changes("Rules of expiry change: objects that fall under a new one are deleted.")

_LOOKS: Mapping[str, Mapping[str, Look]] = {
    "aws:cloudwatch/logGroup:LogGroup": {
        "retentionInDays": _less("Log events are kept for less time: older ones are deleted."),
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "days": _less("Objects are kept for less time: older ones are deleted."),
        "noncurrentDays": _less("Old versions are kept for less time: older ones are deleted."),
        "rules": _LIFECYCLE,
    },
    "aws:s3/bucketVersioning:BucketVersioning": {
        "status": _becomes("Suspended", "Versioning stops: what is overwritten from then on is lost."),
    },
    "aws:s3/bucket:Bucket": {
        "forceDestroy": _becomes(True, "A later deletion would take all objects along without asking."),
    },
    "aws:dynamodb/table:Table": {
        "enabled": _off("Recovery or protection of the table is switched off."),
        "deletionProtectionEnabled": _off("The table can be deleted from then on."),
    },
    "aws:ecr/repository:Repository": {
        "forceDelete": _becomes(True, "A later deletion would take all images along without asking."),
    },
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
        "countNumber": _less("Images are kept for less time or in smaller number: others are deleted."),
    },
    "aws:sagemaker/endpoint:Endpoint": {
        "endpointConfigName": _changes("Another configuration goes live, past the release: see docs/adr/0001."),
    },
}
