"""Runs in the process of a function: makes it end with the cloud, and becomes AWS's runtime interface client.

Called as `python entry.py PARENT HANDLER`. It must import nothing of this project: the process sees only what a
function on AWS would see.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)  # the cloud ended before the signal was asked for

    from awslambdaric.__main__ import main

    main(["awslambdaric", sys.argv[2]])
