"""Training as SageMaker runs it: in processes that are killed, asked to end, started again, and several at once."""

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from recommender.container import Container
from recommender.ranking import environment
from tests.unit.recommender.synthetic import Run, hand_on, judge_against

_TREES = "160"


def _prepared(run: Run, root: Path, hosts: Sequence[str] = (), current: int = 0, **hyperparameters: str) -> Container:
    container = Container(root=root)
    hand_on(run.step("features").processing_output("features"), container.training_channel("features"))
    config = root / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps({"n_estimators": _TREES, **hyperparameters}))
    if hosts:
        (config / "resourceconfig.json").write_text(json.dumps({"hosts": hosts, "current_host": hosts[current]}))
    return container


def _start(container: Container, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "recommender", "--opt-ml", str(container.root), "train"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )


def _output(process: "subprocess.Popen[str]", code: int = 0) -> str:
    output, _ = process.communicate(timeout=240)
    assert process.returncode == code, output
    return output


def _await(path: Path, process: "subprocess.Popen[str]") -> None:
    """Look until another process has written a file; there is no event to wait for."""
    deadline = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, path
        time.sleep(0.005)


def _digests(container: Container) -> dict[str, str]:
    """The model's files by what they hold; the environment says where it was trained, which may differ."""
    files = sorted(path for path in container.model.rglob("*") if path.is_file() and path.name != environment.FILE)
    return {str(f.relative_to(container.model)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.fixture(scope="module")
def uninterrupted(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Container:
    container = _prepared(run, tmp_path_factory.mktemp("uninterrupted"))
    (container.root / "log").write_text(_output(_start(container)))
    return container


def test_the_same_data_and_seed_give_the_same_bytes_in_another_folder_and_on_other_processors(
    run: Run, tmp_path: Path, uninterrupted: Container
) -> None:
    again = _prepared(run, tmp_path / "another place")
    process = _start(again, OMP_NUM_THREADS="1", PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    _output(process)
    assert _digests(again) == _digests(uninterrupted)


def test_a_job_killed_at_any_moment_goes_on_to_the_same_bytes(
    run: Run, tmp_path: Path, uninterrupted: Container
) -> None:
    container = _prepared(run, tmp_path)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for file in ("general-000040", "general-000120", "discovery-000020"):
        process = _start(container)
        _await(folder / f"{file}.checkpoint", process)
        process.kill()
        process.communicate()
    assert "general: goes on from a checkpoint of 160 rounds" in _output(_start(container))
    assert _digests(container) == _digests(uninterrupted)


def test_the_warning_of_an_interruption_ends_the_job_with_a_checkpoint_and_without_a_model(
    run: Run, tmp_path: Path, uninterrupted: Container
) -> None:
    container = _prepared(run, tmp_path)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    process = _start(container)
    _await(folder / "general-000020.checkpoint", process)
    process.terminate()
    assert "rounds, which are kept" in _output(process, 128 + signal.SIGTERM)
    assert not (container.model / "model.json").exists()
    assert not (tmp_path / "output" / "failure").exists()
    assert "goes on from a checkpoint" in _output(_start(container))
    assert _digests(container) == _digests(uninterrupted)


def test_another_runs_checkpoints_fail_the_job(run: Run, tmp_path: Path) -> None:
    container = _prepared(run, tmp_path, n_estimators="20")
    (tmp_path / "checkpoints").mkdir()
    _output(_start(container))
    (tmp_path / "input" / "config" / "hyperparameters.json").write_text('{"n_estimators": "20", "seed": "5"}')
    _output(_start(container), 1)
    assert "is of another training" in (tmp_path / "output" / "failure").read_text()


_NETWORK = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(200) + 20}"
"""Of this process's hosts: on a fixed one they would meet those of other tests on this machine, or find their port
still taken by the last ones, upon which the second host waits for the first for five minutes."""


def _address(job: int, host: int) -> str:
    return f"{_NETWORK}.{10 * job + host}"


def _two(run: Run, root: Path, job: int, **hyperparameters: str) -> list[Container]:
    hosts = [_address(job, host) for host in (1, 2)]
    return [_prepared(run, root / str(host), hosts, host, **hyperparameters) for host in (0, 1)]


def test_two_hosts_learn_a_model_as_good_as_one_does_and_the_first_writes_it(
    run: Run, tmp_path: Path, uninterrupted: Container
) -> None:
    pair = _two(run, tmp_path, 1)
    processes = [_start(container) for container in pair]
    first, second = (_output(process) for process in processes)
    assert not list(pair[1].model.iterdir())
    log = (uninterrupted.root / "log").read_text().splitlines()
    assert next(line for line in log if line.startswith("training_rows=")) in first.splitlines()
    assert "training_rows" not in second
    alone = _quality(run, "one-host", uninterrupted)
    together = _quality(run, "two-hosts", pair[0])
    assert together == pytest.approx(alone, rel=0.1)


def _quality(run: Run, name: str, container: Container) -> float:
    judge_against(run, name, container.model, None)
    evaluation = run.step(name).processing_output("evaluation") / "evaluation.json"
    return json.loads(evaluation.read_text())["models"]["challenger"]["map_at_10"]


def test_two_hosts_that_are_interrupted_go_on_together(run: Run, tmp_path: Path) -> None:
    pair, straight = _two(run, tmp_path / "interrupted", 2), _two(run, tmp_path / "straight", 3)
    for container in pair:
        (container.root / "checkpoints").mkdir()
    processes = [_start(container) for container in pair]
    _await(pair[0].root / "checkpoints" / "general-000020.checkpoint", processes[0])
    processes[1].terminate()  # one is asked, both end
    for process in processes:
        _output(process, 128 + signal.SIGTERM)
    assert not list((pair[1].root / "checkpoints").iterdir())
    names = [_address(5, host) for host in (1, 2)]  # other instances, which have other addresses
    for container, name in zip(pair, names, strict=True):
        config = container.root / "input" / "config" / "resourceconfig.json"
        config.write_text(json.dumps({"hosts": names, "current_host": name}))
    for process in [_start(container) for container in (*pair, *straight)]:  # two jobs at once on one machine
        _output(process)
    assert _digests(pair[0]) == _digests(straight[0])


def test_a_lost_host_fails_the_job_and_says_so(run: Run, tmp_path: Path) -> None:
    pair = _two(run, tmp_path, 4, n_estimators="5000")
    for container in pair:
        (container.root / "checkpoints").mkdir()
    processes = [_start(container) for container in pair]
    _await(pair[0].root / "checkpoints" / "general-000020.checkpoint", processes[0])
    processes[1].kill()
    processes[1].communicate()
    _output(processes[0], 1)
    reason = (pair[0].root / "output" / "failure").read_text()
    first, second = _address(4, 1), _address(4, 2)
    assert reason.startswith(f"{first} cannot go on: of the hosts {first}, {second} one was lost")
