"""Real processes, as a terminal and as a service manager signal them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trainyard import foreground

ENGINE = """
import signal, sys, time
def end(*_):
    time.sleep(1)  # what is under way takes longer than Python's patience with a child
    open(sys.argv[1], "a").write("recorded\\n")
    sys.exit(0)
signal.signal(signal.SIGINT, end)
print("started", flush=True)
time.sleep(60)
"""

COMMAND = """
import signal, sys
from trainyard import foreground
signal.signal(signal.SIGTERM, lambda *_: foreground.interrupt())
try:
    foreground.run(sys.argv[1:])
except KeyboardInterrupt:
    sys.exit(7)
"""


def started(record: Path) -> subprocess.Popen[str]:
    # Two of ours deep, as a demonstration runs `trainyard up`, and that the engine.
    engine = [sys.executable, "-c", ENGINE, str(record)]
    ours = [sys.executable, "-c", COMMAND]
    process = subprocess.Popen(
        [*ours, *ours, *engine],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


@pytest.mark.parametrize("tell", ["terminal", "SIGTERM"])
def test_a_command_that_is_interrupted_records_what_it_did_before_anybody_goes_on(tell: str, tmp_path: Path):
    record = tmp_path / "record"
    with started(record) as process:
        if tell == "terminal":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        assert process.wait(timeout=30) == 7
        assert record.read_text() == "recorded\n"


def test_who_was_started_deaf_to_ctrl_c_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        script = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
        ended = foreground.run([sys.executable, "-c", script], capture_output=True)
        assert ended.stdout == "True\n"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
