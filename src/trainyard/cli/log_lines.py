"""What a job has printed since the last look, from CloudWatch's log streams."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from pipelines.execution import Log


@dataclass
class LogLines:
    """The lines of a job's log streams, each once."""

    log: Log
    logs: Any
    """A client of CloudWatch Logs."""
    _tokens: dict[str, str] = field(default_factory=dict[str, str])

    def new(self) -> Iterator[str]:
        """Yield the lines that have come since the last call; none while there is no stream yet."""
        try:
            found = self.logs.describe_log_streams(
                logGroupName=self.log.group, logStreamNamePrefix=self.log.stream_prefix
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return
        for stream in found["logStreams"]:
            yield from self._of(stream["logStreamName"])

    def _of(self, stream: str) -> Iterator[str]:
        asked: dict[str, Any] = {"logGroupName": self.log.group, "logStreamName": stream, "startFromHead": True}
        while True:
            before = self._tokens.get(stream)
            page = self.logs.get_log_events(**asked, **({"nextToken": before} if before else {}))
            yield from (event["message"] for event in page["events"])
            self._tokens[stream] = page["nextForwardToken"]
            # The same token again says that the end is reached (CloudWatch Logs API reference, GetLogEvents).
            if page["nextForwardToken"] == before or not page["events"]:
                return
