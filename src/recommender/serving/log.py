"""The log: one JSON object a line on stdout, so that a log store can query it without a parser."""

import json
import sys
from datetime import UTC, datetime
from typing import Any


def log_line(event: str, **fields: Any) -> None:
    """Write one event."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    sys.stdout.write(json.dumps({"time": moment, "event": event, **fields}, separators=(",", ":")) + "\n")
    sys.stdout.flush()
