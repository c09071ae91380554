"""The lines that Lambda itself writes into a function's log. Pure.

Source: Lambda developer guide, "Log and monitor Python Lambda functions" and "Lambda function logging in JSON".
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TAIL_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What an invocation used; durations in seconds, sizes in MB. `init_seconds` is None for a warm process."""

    seconds: float
    init_seconds: float | None
    memory_size: int
    memory_used: int


def start_line(request_id: str, as_json: bool) -> str:
    """Return the line before a handler is called."""
    if as_json:
        return _record("platform.start", {"requestId": request_id, "version": "$LATEST"})
    return f"START RequestId: {request_id} Version: $LATEST"


def end_lines(request_id: str, usage: Usage, status: str, as_json: bool) -> list[str]:
    """Return the lines after it; `status` is `success`, `error` or `timeout`."""
    milliseconds = usage.seconds * 1000
    if as_json:
        metrics = {
            "durationMs": round(milliseconds, 3),
            "billedDurationMs": math.ceil(milliseconds),
            "memorySizeMB": usage.memory_size,
            "maxMemoryUsedMB": usage.memory_used,
        }
        if usage.init_seconds is not None:
            metrics["initDurationMs"] = round(usage.init_seconds * 1000, 3)
        return [_record("platform.report", {"requestId": request_id, "metrics": metrics, "status": status})]
    begun = "" if usage.init_seconds is None else f"Init Duration: {usage.init_seconds * 1000:.2f} ms\t"
    how = "" if status == "success" else f"Status: {status}\t"
    return [
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
        f"Billed Duration: {math.ceil(milliseconds)} ms\tMemory Size: {usage.memory_size} MB\t"
        f"Max Memory Used: {usage.memory_used} MB\t{begun}{how}",
    ]


def tail(lines: list[str]) -> bytes:
    """Return the end of an invocation's log, at most 4 KB, as the answer of Invoke carries it."""
    return "".join(f"{line}\n" for line in lines).encode()[-TAIL_BYTES:]


def _record(kind: str, record: dict[str, Any]) -> str:
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return json.dumps({"time": moment, "type": kind, "record": record})
