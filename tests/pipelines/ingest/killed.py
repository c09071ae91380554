"""`python -m recommender`, killed by itself at one of its writes: `killed.py WRITE WHEN ARGUMENT…`.

WRITE counts from 1; WHEN is `before` or `after` it.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from recommender.__main__ import main
from recommender.ingest.store import BucketStore

WRITE, WHEN = int(sys.argv[1]), sys.argv[2]
DONE = [0]


def planted(write: Callable[..., Any]) -> Callable[..., Any]:
    def around(*arguments: Any) -> Any:
        DONE[0] += 1
        if (DONE[0], WHEN) == (WRITE, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        done = write(*arguments)
        if DONE[0] == WRITE:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return around


BucketStore.keep = planted(BucketStore.keep)
BucketStore.claim = planted(BucketStore.claim)
sys.exit(main(sys.argv[3:]))
