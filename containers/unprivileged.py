"""Gives root up at the start of every Python in an image, before a line of the service's own code.

SageMaker starts containers as root and mounts `/opt/ml` for root; nothing that the service does takes root. Imported by
`unprivileged.pth`, so it holds for training, processing and serving alike, whatever command a job names. It fails
closed: where root cannot be given up, nothing runs. `RUN_AS=` (empty) in a container's environment turns it off.
"""

import contextlib
import os
import sys

OPT_ML = "/opt/ml"


def give_root_up(user: int, contract: str = OPT_ML) -> None:
    """Hand the contract's folders over to a user and become that user, for good."""
    hand_over(contract, user)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def hand_over(folder: str, user: int) -> None:
    """Make a user the owner of a folder and of all in it; what is mounted read-only stays as it is."""
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            with contextlib.suppress(OSError):
                os.chown(os.path.join(place, name), user, user, follow_symlinks=False)


def main() -> None:
    """Give root up where this process has it and the image names a user."""
    user = os.environ.get("RUN_AS", "")
    if os.geteuid() != 0 or not user:
        return
    try:
        give_root_up(int(user))
    except (OSError, ValueError) as error:
        print(f"unprivileged: root could not be given up for RUN_AS={user}: {error}", file=sys.stderr, flush=True)
        os._exit(1)  # an exception here would only be printed, and the program would go on as root


main()
