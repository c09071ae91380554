"""A local cloud in a process of its own, so that what it costs is not charged to those who ask it.

    python -m tests.bench.release.cloud FOLDER SPEED

Prints its address, and ends with its standard input.
"""

import sys
from pathlib import Path

from localcloud.testing import running_cloud
from tests.shop.environment import OneImage


def main(folder: str, speed: str) -> None:
    """Serve until standard input ends."""
    with running_cloud(Path(folder), float(speed)) as cloud:
        cloud.cloud.images = OneImage()
        print(cloud.endpoint_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
