import os
import signal
import subprocess
import sys
import time

import psutil

ENGINE = """
import subprocess, sys, time
plugin = subprocess.Popen([sys.executable, "-m", "localcloud.provider.plugin"], stdout=subprocess.PIPE, text=True)
plugin.stdout.readline()
print(plugin.pid, flush=True)
time.sleep(60)
"""


def test_a_plugin_ends_with_an_engine_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ENGINE], stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout is not None
        plugin = psutil.Process(int(engine.stdout.readline()))
        assert plugin.is_running()
        os.kill(engine.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while plugin.is_running() and plugin.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it serves nobody and stays"
        time.sleep(0.1)
