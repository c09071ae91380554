"""Runs beside a server of MLflow: makes it, and the web server that it starts, end with the cloud.

Called as `python server_entry.py PARENT ARGUMENT…`, with the arguments of `mlflow server`. Only the standard library:
the interpreter is any that has MLflow.
"""

import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1


def _end_group(number: int, frame: FrameType | None) -> None:
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end_group)
    if sys.platform == "linux":
        # Not SIGKILL, which would leave MLflow's own children: SIGTERM comes here, and takes the whole group along.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM))
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)  # the cloud ended before the signal was asked for
    sys.exit(subprocess.call([sys.executable, "-m", "mlflow", "server", *sys.argv[2:]]))
