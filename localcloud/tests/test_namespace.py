import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from localcloud import namespace
from localcloud.errors import LocalCloudError
from localcloud.namespace import check_supported, sandboxed
from localcloud.processes import ProcessSpec, start_process, stop_process


def _spec(script: str, opt_ml: Path) -> ProcessSpec:
    argv = sandboxed(["sh", "-c", script], opt_ml=opt_ml)
    return ProcessSpec(argv=argv, env=dict(os.environ), cwd=opt_ml, output=subprocess.PIPE)


def test_two_containers_each_see_their_own_opt_ml(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        subprocess.run(sandboxed(["sh", "-c", f"echo {folder.name} > /opt/ml/name"], opt_ml=folder), check=True)
    assert [(folder / "name").read_text() for folder in folders] == ["a\n", "b\n"]


def test_the_other_children_of_opt_stay_visible(tmp_path: Path) -> None:
    shown = subprocess.run(sandboxed(["ls", "/opt"], opt_ml=tmp_path), check=True, capture_output=True, text=True)
    assert set(shown.stdout.split()) == {*os.listdir("/opt"), "ml"}


def test_the_machine_keeps_its_own_opt(tmp_path: Path) -> None:
    before = sorted(os.listdir("/opt"))
    subprocess.run(sandboxed(["touch", "/opt/ml/x"], opt_ml=tmp_path), check=True)
    assert sorted(os.listdir("/opt")) == before


def test_a_missing_program_exits_127_and_is_named(tmp_path: Path) -> None:
    run = subprocess.run(sandboxed(["no-such-program"], opt_ml=tmp_path), capture_output=True, text=True, check=False)
    assert run.returncode == 127
    assert "no-such-program" in run.stderr


def test_this_machine_is_supported() -> None:
    check_supported()


def test_another_platform_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    namespace._find_problem.cache_clear()
    try:
        with pytest.raises(LocalCloudError, match="they need Linux"):
            check_supported()
    finally:
        namespace._find_problem.cache_clear()


def test_a_process_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(start_process(_spec("read line; echo late", tmp_path))))
    thread.start()
    thread.join()
    output, _ = started[0].communicate(timeout=10)
    assert output == b"late\n"


def test_a_process_dies_with_the_program_that_started_it(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys; from pathlib import Path\n"
        "from localcloud.processes import *; from localcloud.namespace import sandboxed\n"
        f"spec = ProcessSpec(argv=sandboxed(['sh', '-c', 'echo up; exec sleep 60'], opt_ml=Path({str(tmp_path)!r})),\n"
        f"    env={{'PATH': '/usr/bin:/bin'}}, cwd=Path('/'), output=subprocess.PIPE)\n"
        "child = start_process(spec); child.stdout.readline(); print(child.pid, flush=True); sys.stdin.read()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        handle = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    _wait_for_exit(handle)


def _wait_for_exit(handle: int) -> None:
    readable, _, _ = select.select([handle], [], [], 10)
    os.close(handle)
    assert readable, "the child is still running"


def test_stopping_kills_what_ignores_the_request(tmp_path: Path) -> None:
    process = start_process(_spec("trap '' TERM; echo ready; while :; do sleep 60; done", tmp_path))
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    stop_process(process, grace_seconds=0.1)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
