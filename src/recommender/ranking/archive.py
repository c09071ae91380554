"""The model archive: rankers, features they want, how candidates are retrieved, and the states to serve.

- model.json: what this is, and how it was made
- ranker.ubj, discovery_ranker.ubj: XGBoost's own format; of everything, and of what was never bought
- ranker.onnx, discovery_ranker.onnx: the same for other runtimes, equal in their answers; not read here
- states/general/*.npy, states/discovery/*.npy: the states served, mapped into memory
- names.npy: product names, in the order of the states' products
- environment.json: the machine and packages it was trained with (`environment.py`)
"""

import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.container import write_json
from recommender.errors import BadArchive
from recommender.features.settings import FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, FEATURES, States
from recommender.ranking.pickles import refuse_pickles
from recommender.ranking.xgboost_library import xgboost
from recommender.unpacking import unpack

ARCHIVE_SCHEMA = 3

_BOOSTER_SUFFIX = {2: ".json", ARCHIVE_SCHEMA: ".ubj"}
"""By schema: a champion that an older image packaged is still judged, served and rolled back to."""

_GENERAL, _DISCOVERY = "ranker", "discovery_ranker"


@dataclass(frozen=True, kw_only=True)
class Boosters:
    """What training learnt, as XGBoost's boosters."""

    general: Any
    discovery: Any


@dataclass(frozen=True, kw_only=True)
class Exports:
    """The boosters in ONNX, serialised."""

    general: bytes
    discovery: bytes


@dataclass(frozen=True, kw_only=True)
class Ranker:
    """A booster with the columns it was trained on."""

    booster: Any
    columns: npt.NDArray[np.int64]
    """Positions of its features in the full matrix."""

    def score(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return a score per row of the full matrix; higher is better."""
        return self.booster.inplace_predict(np.ascontiguousarray(matrix[:, self.columns]))

    @property
    def features(self) -> list[str]:
        """Names of its columns."""
        return list(self.booster.feature_names)

    def contributions(self, matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], float]:
        """Return SHAP values, rows x own columns, and the score that they are added to; all in log-odds."""
        rows = xgboost.DMatrix(np.ascontiguousarray(matrix[:, self.columns]), feature_names=self.features)
        found = self.booster.predict(rows, pred_contribs=True)
        return found[:, :-1], float(found[0, -1]) if len(found) else 0.0


@dataclass(frozen=True, kw_only=True)
class Model:
    """What was read from an archive."""

    document: dict[str, Any]
    settings: FeatureSettings
    general: Ranker
    discovery: Ranker
    folder: Path

    def states(self) -> States:
        """Map the served states into memory."""
        return States.load(self.folder / "states")

    def names(self) -> npt.NDArray[np.str_]:
        """Return the product names in the order of the served states' products."""
        return np.load(self.folder / "names.npy", mmap_mode="r", allow_pickle=False)


def write_model(
    folder: Path,
    boosters: Boosters,
    exports: Exports,
    states: States,
    names: npt.NDArray[np.str_],
    document: dict[str, Any],
) -> None:
    """Write an archive's content into a folder."""
    for name, booster, export in (
        (_GENERAL, boosters.general, exports.general),
        (_DISCOVERY, boosters.discovery, exports.discovery),
    ):
        booster.save_model(str(folder / f"{name}.ubj"))
        (folder / f"{name}.onnx").write_bytes(export)
    states.save(folder / "states")
    np.save(folder / "names.npy", names, allow_pickle=False)
    write_json(folder / "model.json", {"archive_schema": ARCHIVE_SCHEMA, **document})


def read_model(folder: Path, threads: int = 1) -> Model:
    """Read an extracted archive.

    Raises:
        BadArchive: a file is missing or damaged, or another version wrote it.
        PickleRefused: a file is a pickle.
    """
    refuse_pickles(folder)
    try:
        document = json.loads((folder / "model.json").read_text())
        suffix = _booster_suffix(document.get("archive_schema"))
        general, discovery = (
            xgboost.Booster({"nthread": threads}, model_file=str(folder / f"{name}{suffix}"))
            for name in (_GENERAL, _DISCOVERY)
        )
    except (OSError, ValueError, xgboost.core.XGBoostError) as error:
        raise BadArchive(f"the model in {folder} cannot be read: {error}") from error
    return Model(
        document=document,
        settings=FeatureSettings.parse(document["settings"]),
        general=_ranker(general, document["features"], FEATURES),
        discovery=_ranker(discovery, document["discovery_features"], DISCOVERY_FEATURES),
        folder=folder,
    )


def _booster_suffix(schema: Any) -> str:
    if schema not in _BOOSTER_SUFFIX:
        read = " and ".join(map(str, _BOOSTER_SUFFIX))
        raise BadArchive(f"the archive is of schema {schema}, this image reads {read}")
    return _BOOSTER_SUFFIX[schema]


def _ranker(booster: Any, wanted: Sequence[str], computed: Sequence[str]) -> Ranker:
    unknown = [name for name in wanted if name not in computed]
    if unknown:
        raise BadArchive(f"the model wants features that this image does not compute: {', '.join(unknown)}")
    return Ranker(booster=booster, columns=np.array([computed.index(name) for name in wanted]))


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
