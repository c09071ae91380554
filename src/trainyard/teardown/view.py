"""A survey and an outcome as lines for people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from trainyard.sweep import Thing
from trainyard.teardown.destroying import Failure
from trainyard.teardown.estate import Item
from trainyard.teardown.survey import BUCKET, REPOSITORY, PendingKey, Survey

SHOWN = 8
"""Names of one kind that are listed before the rest is counted."""


def before(survey: Survey, environment: str) -> Iterator[str]:
    """Yield what a destroy would do, the losses first."""
    if survey.is_empty:
        yield f"Environment {environment!r} holds nothing that a destroy would delete."
    else:
        yield f"Environment {environment!r}: this will be deleted."
        yield from _losses(survey)
    yield from _staying(survey, environment)
    yield from _keys(survey.keys)


def _losses(survey: Survey) -> Iterator[str]:
    goes = [item for item in survey.estate.goes if not item.retain]
    emptied = [item.id for item in goes if item.type in (BUCKET, REPOSITORY)]
    if emptied:
        yield f"  with everything in them: {_some(emptied)}"
    if goes:
        yield f"  {len(goes)} resources of Pulumi's state: {_counted(short(item.type) for item in goes)}"
    if survey.estate.unfinished:
        begun = [f"{short(item.type)} {item.urn.rsplit('::', 1)[1]}" for item in survey.estate.unfinished]
        yield f"  if they exist, for an engine was killed while it created them: {_some(begun)}"
    for kind, names in _by_kind(survey.sweep.goes).items():
        yield f"  left by releases, pipelines and AWS: {len(names)} {kind}: {_some(names)}"
    for logs in survey.job_logs:
        rest = "" if logs.whole else f"; {logs.others} streams of other environments stay"
        yield f"  logs of {len(logs.streams)} job instances in {logs.group}{rest}"


def _staying(survey: Survey, environment: str) -> Iterator[str]:
    if survey.estate.protected:
        others = len(survey.estate.kept) - len(survey.estate.protected)
        yield f"Protected, and stays ({len(survey.estate.protected)}, with {others} resources that they need):"
        yield from (f"  {line}" for line in listed(survey.estate.protected))
        yield (
            f"  To delete these too: set trainyard:deletion_protection: false in Pulumi.{environment}.yaml, "
            f"run `trainyard up --stack {environment}`, and destroy again."
        )
    for kind, names in _by_kind(survey.sweep.needed).items():
        yield f"  in use by what stays: {kind}: {_some(names)}"


def after(survey: Survey, failures: Sequence[Failure], environment: str) -> Iterator[str]:
    """Yield what is left, and how to take it away."""
    if survey.estate.protected:
        yield from _staying(survey, environment)
    elif not failures and not survey.estate.unfinished:
        yield f"Nothing of environment {environment!r} is left."
    yield from _keys(survey.keys)
    if failures:
        yield f"{len(failures)} steps failed; run `trainyard destroy --stack {environment}` again to go on:"
        yield from (f"  {failure.step}: {failure.why}" for failure in failures)


def _keys(keys: Iterable[PendingKey]) -> Iterator[str]:
    for key in keys:
        day = f"{key.on:%Y-%m-%d}" if key.on else "a date that KMS does not tell"
        yield f"KMS key {key.key} waits for its deletion on {day}; `aws kms cancel-key-deletion` brings it back."


def listed(items: Iterable[Item]) -> Iterator[str]:
    """Yield resources with type and name, one a line."""
    for item in items:
        yield f"{short(item.type)} {item.name} ({item.id})"


def short(token: str) -> str:
    """Return `s3.Bucket` for `aws:s3/bucket:Bucket`."""
    module, _, name = token.removeprefix("aws:").partition(":")
    return f"{module.split('/')[0]}.{name}"


def _by_kind(found: Iterable[Thing]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for thing in found:
        kinds.setdefault(thing.kind, []).append(thing.name)
    return kinds


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(Counter(names).items()))


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
