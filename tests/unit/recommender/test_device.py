from pathlib import Path

import pytest

from recommender.ranking import learn


@pytest.mark.parametrize(
    ("cuda", "gpu", "where"), [(True, True, "cuda"), (True, False, "cpu"), (False, True, "cpu"), (False, False, "cpu")]
)
def test_trees_are_learned_on_a_gpu_where_library_and_machine_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuda: bool, gpu: bool, where: str
) -> None:
    monkeypatch.setattr(learn.xgboost, "build_info", lambda: {"USE_CUDA": cuda})
    if gpu:
        (tmp_path / "nvidia0").touch()
    assert learn.device(tmp_path) == where
