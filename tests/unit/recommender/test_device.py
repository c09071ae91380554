from pathlib import Path

import pytest

from recommender.errors import BadHyperparameters
from recommender.ranking import devices


def _machine(folder: Path, monkeypatch: pytest.MonkeyPatch, *, cuda: bool, gpu: bool) -> Path:
    monkeypatch.setattr(devices.xgboost, "build_info", lambda: {"USE_CUDA": cuda})
    if gpu:
        (folder / "nvidia0").touch()
    return folder


@pytest.mark.parametrize(
    ("cuda", "gpu", "where"), [(True, True, "cuda"), (True, False, "cpu"), (False, True, "cpu"), (False, False, "cpu")]
)
def test_trees_are_learned_on_a_gpu_where_library_and_machine_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuda: bool, gpu: bool, where: str
) -> None:
    assert devices.device("auto", _machine(tmp_path, monkeypatch, cuda=cuda, gpu=gpu)) == where


def test_a_gpu_may_be_declined_and_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = _machine(tmp_path, monkeypatch, cuda=True, gpu=True)
    assert (devices.device("cpu", machine), devices.device("cuda", machine)) == ("cpu", "cuda")


@pytest.mark.parametrize(
    ("cuda", "gpu", "why"), [(True, False, "this machine has no GPU"), (False, True, "built for processors only")]
)
def test_a_gpu_that_cannot_be_had_is_said_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuda: bool, gpu: bool, why: str
) -> None:
    with pytest.raises(BadHyperparameters, match=why):
        devices.device("cuda", _machine(tmp_path, monkeypatch, cuda=cuda, gpu=gpu))
