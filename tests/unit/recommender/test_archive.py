import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import BadArchive
from recommender.ranking.archive import read_model
from recommender.ranking.xgboost_library import xgboost
from tests.unit.recommender.synthetic import Run


def copied(run: Run, folder: Path, **changed: object) -> Path:
    shutil.copytree(run.step("train").model, folder)
    document = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(document | changed))
    return folder


def test_an_archive_of_the_schema_before_is_still_read(run: Run, tmp_path: Path) -> None:
    """A champion that an older image packaged has to be judged, served and rolled back to."""
    older = copied(run, tmp_path / "older", archive_schema=2)
    for path in older.glob("*.ubj"):
        xgboost.Booster(model_file=str(path)).save_model(str(path.with_suffix(".json")))
        path.unlink()
    now, then = read_model(run.step("train").model), read_model(older)
    rows = np.zeros((5, 1 + now.general.columns.max()), np.float32)
    assert np.array_equal(now.general.score(rows), then.general.score(rows))


def test_an_archive_of_an_unknown_schema_is_refused_with_those_that_are_read(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="the archive is of schema 4, this image reads 2 and 3"):
        read_model(copied(run, tmp_path / "newer", archive_schema=4))


def test_serving_reads_a_model_without_its_exports(run: Run, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "bare")
    for path in folder.glob("*.onnx"):
        path.unlink()
    assert read_model(folder).document["archive_schema"] == 3
