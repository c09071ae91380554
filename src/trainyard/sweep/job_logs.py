"""The log groups of jobs, which all environments and services of an account share: only our streams go."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from trainyard.sweep.deleting import is_missing
from trainyard.sweep.thing import Client, Thing

GROUPS = {f"{kind}Job": f"/aws/sagemaker/{kind}Jobs" for kind in ("Training", "Processing", "Transform")}


@dataclass(frozen=True)
class JobLogs:
    """What goes of a group: all of it where every stream is ours, else some streams and the rest is others'."""

    group: str
    streams: tuple[str, ...]
    others: int

    @property
    def whole(self) -> bool:
        """Whether the group goes as a whole."""
        return self.others == 0


def decide(group: str, streams: Sequence[str], jobs: Collection[str]) -> JobLogs:
    """Return what goes; a stream's name begins with its job's and a slash. Pure."""
    ours = tuple(stream for stream in streams if stream.split("/", 1)[0] in jobs)
    return JobLogs(group, ours, len(streams) - len(ours))


def find(client: Client, found: Collection[Thing]) -> Iterator[JobLogs]:
    """Yield what the jobs among `found` wrote, by group; a group without a stream of ours is left out."""
    for kind, group in GROUPS.items():
        jobs = {thing.name for thing in found if thing.kind == kind}
        try:
            logs = decide(group, _streams(client, group), jobs)
        except ClientError as error:
            if not is_missing(error):
                raise
            continue
        if logs.streams:
            yield logs


def _streams(client: Client, group: str) -> list[str]:
    pages = client("logs").get_paginator("describe_log_streams").paginate(logGroupName=group)
    return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]


def delete(client: Client, logs: JobLogs) -> None:
    """Delete the group, or our streams in it."""
    if logs.whole:
        client("logs").delete_log_group(logGroupName=logs.group)
        return
    for stream in logs.streams:
        client("logs").delete_log_stream(logGroupName=logs.group, logStreamName=stream)
