"""The model archive: ranker, features it wants, how candidates are retrieved, and the state to serve.

- model.json: what this is, and how it was made
- ranker.json: XGBoost's own format
- state/*.npy: the state served, mapped into memory
- names.npy: product names, in the order of state/products.npy
"""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.container import write_json
from recommender.errors import BadArchive
from recommender.features.settings import FeatureSettings
from recommender.features.state import FEATURES, State
from recommender.ranking.xgboost_library import xgboost
from recommender.unpacking import unpack

ARCHIVE_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Ranker:
    """A booster with the columns it was trained on."""

    booster: Any
    columns: npt.NDArray[np.int64]
    """Positions of its features in the full matrix."""

    def score(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return a score per row of the full matrix; higher is better."""
        return self.booster.inplace_predict(np.ascontiguousarray(matrix[:, self.columns]))


@dataclass(frozen=True, kw_only=True)
class Model:
    """What was read from an archive."""

    document: dict[str, Any]
    settings: FeatureSettings
    ranker: Ranker
    folder: Path

    def state(self) -> State:
        """Map the served state into memory."""
        return State.load(self.folder / "state")

    def names(self) -> npt.NDArray[np.str_]:
        """Return the product names in the order of the served state's products."""
        return np.load(self.folder / "names.npy", mmap_mode="r", allow_pickle=False)


def write_model(
    folder: Path, booster: Any, state: State, names: npt.NDArray[np.str_], document: dict[str, Any]
) -> None:
    """Write an archive's content into a folder."""
    booster.save_model(str(folder / "ranker.json"))
    state.save(folder / "state")
    np.save(folder / "names.npy", names, allow_pickle=False)
    write_json(folder / "model.json", {"archive_schema": ARCHIVE_SCHEMA, **document})


def read_model(folder: Path, threads: int = 1) -> Model:
    """Read an extracted archive.

    Raises:
        BadArchive: a file is missing or damaged, or another version wrote it.
    """
    try:
        document = json.loads((folder / "model.json").read_text())
        booster = xgboost.Booster({"nthread": threads}, model_file=str(folder / "ranker.json"))
    except (OSError, ValueError, xgboost.core.XGBoostError) as error:
        raise BadArchive(f"the model in {folder} cannot be read: {error}") from error
    if document.get("archive_schema") != ARCHIVE_SCHEMA:
        found = document.get("archive_schema")
        raise BadArchive(f"the archive is of schema {found}, this image reads {ARCHIVE_SCHEMA}")
    unknown = [name for name in document["features"] if name not in FEATURES]
    if unknown:
        raise BadArchive(f"the model wants features that this image does not compute: {', '.join(unknown)}")
    columns = np.array([FEATURES.index(name) for name in document["features"]])
    settings = FeatureSettings.parse(document["settings"])
    return Model(document=document, settings=settings, ranker=Ranker(booster=booster, columns=columns), folder=folder)


def extract(archive: Path, folder: Path) -> Path:
    """Unpack model.tar.gz into a folder and return it.

    Raises:
        BadArchive: it is missing, no tar.gz, or holds paths that leave the folder.
    """
    try:
        with tarfile.open(archive) as opened:
            unpack(opened, folder)
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BadArchive(f"{archive} cannot be unpacked: {error}") from error
    return folder
