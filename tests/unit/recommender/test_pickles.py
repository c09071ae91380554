import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import PickleRefused
from recommender.ranking.archive import read_model
from recommender.ranking.pickles import SUFFIXES, refuse_pickles


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_by_its_content_whatever_its_name(tmp_path: Path, protocol: int) -> None:
    inside = tmp_path / "states" / "general"
    inside.mkdir(parents=True)
    (inside / "settings.json").write_bytes(pickle.dumps({"a": [1, 2]}, protocol))
    with pytest.raises(PickleRefused) as refused:
        refuse_pickles(tmp_path)
    assert str(refused.value) == (
        "states/general/settings.json is refused: its content is a pickle, and loading a pickle runs whatever code its "
        "author put in it. Save boosters as UBJ or ONNX, arrays as .npy without objects, anything else as JSON"
    )


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".PKL"])
def test_a_pickle_is_refused_by_its_name_whatever_its_content(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"ranker{suffix}").write_bytes(b"\x1f\x8bcompressed, say")
    with pytest.raises(PickleRefused, match=rf"ranker\{suffix} is refused: its name ends in \{suffix}"):
        refuse_pickles(tmp_path)


def test_an_array_of_objects_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "names.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    with pytest.raises(PickleRefused, match=r"names\.npy is refused: it is an array of objects"):
        refuse_pickles(tmp_path)


def test_a_zip_that_holds_a_pickle_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "weights", "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(PickleRefused, match=r"weights is refused: it is a zip that holds archive/data\.pkl"):
        refuse_pickles(tmp_path)


def test_data_that_happens_to_end_like_a_pickle_passes(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.frombuffer(b"abc.", dtype=np.uint8))
    (tmp_path / "readme.txt").write_text("Made by training.")
    (tmp_path / "empty").touch()
    (tmp_path / "model.json").write_text(json.dumps({"a": "."}))
    refuse_pickles(tmp_path)


def test_a_model_with_a_pickle_in_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "extra.bin").write_bytes(pickle.dumps([1]))
    with pytest.raises(PickleRefused, match=r"extra\.bin is refused"):
        read_model(tmp_path)
