"""The contract of processing and training containers: one suite for processes and for built images."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from localcloud.processes import start_process, stop_process
from tests.containers.chain import GATE, HYPERPARAMETERS, Chain, prepare_training
from tests.containers.runners import DEFAULT, Runner, copied, run

pytestmark = pytest.mark.timeout(900)  # the first test waits for both images to be built


def test_processing_steps_leave_their_outputs_where_the_pipeline_looks(chain: Chain) -> None:
    hashes = {
        chain.read("ingest", "snapshot", "snapshot.json")["data_hash"],
        chain.read("features", "features", "features.json")["data_hash"],
        chain.read("evaluate", "evaluation", "evaluation.json")["data_hash"],
    }
    assert len(hashes) == 1
    assert list(chain.output("validate", "report").iterdir())


def test_the_gate_decides_in_the_same_image(chain: Chain) -> None:
    decided = chain.read("gate", "gate", "gate.json")
    assert (decided["passed"], decided["reference"]) == (True, "personal_frequency")


def test_training_reads_its_hyperparameters_and_leaves_a_model(chain: Chain) -> None:
    written = json.loads((chain.model / "model.json").read_text())["hyperparameters"]
    assert {name: str(written[name]) for name in HYPERPARAMETERS} == HYPERPARAMETERS
    lines = chain.ended["train"].output.splitlines()
    assert any(line.startswith("training_rows=") and line.endswith(";") for line in lines)
    assert not (chain.root / "train" / "output" / "failure").exists()


def test_a_wrong_hyperparameter_is_the_failure_reason(runner: Runner, tmp_path: Path) -> None:
    opt_ml = prepare_training(tmp_path / "ml", None, {"max_depth": "deep"})
    ended = run(runner, "training", ["train"], opt_ml)
    reason = "max_depth is 'deep'; allowed: a whole number from 1 to 16"
    assert (ended.code, (opt_ml / "output" / "failure").read_text()) == (1, reason)
    assert reason in ended.output


def test_a_missing_channel_is_the_failure_reason(runner: Runner, tmp_path: Path) -> None:
    opt_ml = prepare_training(tmp_path / "ml", None, {})
    ended = run(runner, "training", ["train"], opt_ml)
    assert ended.code == 1
    assert "train failed unexpectedly: FileNotFoundError" in (opt_ml / "output" / "failure").read_text()


def test_a_processing_step_that_fails_leaves_its_exit_message(runner: Runner, chain: Chain, tmp_path: Path) -> None:
    opt_ml = tmp_path / "ml"
    copied(chain.output("features", "features"), opt_ml / "processing/input/features")
    ended = run(runner, "training", ["evaluate"], opt_ml)
    assert ended.code == 1
    assert "does not say which version is the champion" in (opt_ml / "output" / "message").read_text()


def test_the_gate_refuses_a_policy_that_makes_no_sense(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "ml").mkdir()
    ended = run(runner, "training", [*GATE[:-1], "0"], tmp_path / "ml", ("python", "-m", "trainyard.gate"))
    assert ended.code == 2
    assert "minimum_slice_customers must be at least 1" in ended.output


def test_a_job_that_is_stopped_ends_at_once(runner: Runner, chain: Chain, tmp_path: Path) -> None:
    dials = {"n_estimators": "5000", "max_depth": "8"}
    opt_ml = prepare_training(tmp_path / "ml", chain.output("features", "features"), dials)
    process = start_process(runner.spec("training", [*DEFAULT, "train"], opt_ml, {}))
    try:
        program = until_it_handles(signal.SIGTERM, runner, process)
        os.kill(program, signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    finally:
        stop_process(process, 0)
        process.stdout.close()


def until_it_handles(number: signal.Signals, runner: Runner, process) -> int:
    """Wait until the program has a handler for a signal, which Linux drops for a first process without one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            program = runner.program(process)
            status = Path(f"/proc/{program}/status").read_text()
        except (IndexError, OSError):
            continue
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
        if caught & (1 << (number - 1)):
            return program
        time.sleep(0.02)
    pytest.fail(f"the job never came to handle {number.name}")
