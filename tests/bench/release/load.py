"""An open-loop load: requests leave at a fixed rate, whatever became of those before them.

    python -m tests.bench.release.load URL RATE FILE

Writes a line a request to FILE: when it was due (seconds since the epoch), how long it took from then, the status (0
where there was no answer) and the model version that answered. Latency counts from when the request was due and not
from when it could be sent, so that a stall is not hidden by the requests that it kept from being sent. Ends with its
standard input.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TextIO

import aiohttp

BODY = json.dumps({"customers": [1], "k": 10}).encode()
HEADERS = {
    "Content-Type": "application/json",
    # The local cloud reads account and region from the scope and checks no signature.
    "Authorization": "AWS4-HMAC-SHA256 Credential=LKIA000000000001/20260101/eu-west-1/sagemaker/aws4_request, "
    "SignedHeaders=host, Signature=0",
}
LIMIT_SECONDS = 30.0


async def ask(client: aiohttp.ClientSession, url: str, due: float, out: TextIO) -> None:
    """Send one request and write what became of it."""
    status, version = 0, ""
    try:
        async with client.post(url, data=BODY) as answer:
            content = await answer.read()
        status = answer.status
        version = str(json.loads(content).get("model_version", "")) if status == 200 else ""
    except (aiohttp.ClientError, TimeoutError, ValueError):
        status = 0
    out.write(f"{due:.6f} {time.time() - due:.6f} {status} {version or '-'}\n")


async def load(url: str, rate: float, out: TextIO) -> None:
    """Send at `rate` requests a second until standard input ends."""
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    limit = aiohttp.ClientTimeout(total=LIMIT_SECONDS)
    connections = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connections, timeout=limit, headers=HEADERS) as client:
        under_way: set[asyncio.Task[None]] = set()
        due = time.time()
        while not ended.done():
            await asyncio.sleep(max(0.0, due - time.time()))
            task = asyncio.create_task(ask(client, url, due, out))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            due += 1 / rate
        await asyncio.gather(*under_way)


def main(url: str, rate: str, file: str) -> None:
    """Load, and write the file."""
    with Path(file).open("w") as out:
        asyncio.run(load(url, float(rate), out))


if __name__ == "__main__":
    main(*sys.argv[1:])
