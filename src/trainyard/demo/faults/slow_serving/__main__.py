"""The entry point of that image: the recommender, with its answers held back after a while."""

import asyncio
import os
import sys
from typing import Any

from recommender.__main__ import main
from recommender.serving.service import Service

AFTER_REQUESTS = int(os.environ.get("SLOW_AFTER_REQUESTS", "25"))
DELAY_SECONDS = float(os.environ.get("SLOW_DELAY_SECONDS", "2.5"))


def slow_down(service: type[Service]) -> None:
    """Hold back every invocation of this process after the first `AFTER_REQUESTS`."""
    answer = service.invocations
    answered = 0

    async def slowly(self: Service, request: Any) -> Any:
        nonlocal answered
        answered += 1
        if answered > AFTER_REQUESTS:
            await asyncio.sleep(DELAY_SECONDS)
        return await answer(self, request)

    service.invocations = slowly


if __name__ == "__main__":
    slow_down(Service)
    sys.exit(main())
