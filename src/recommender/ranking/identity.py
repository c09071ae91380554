"""Which training this is: equal for two processes exactly if they come to the same model."""

import hashlib
import json
from pathlib import Path

from recommender.file_hash import file_hash
from recommender.ranking.blocks import BLOCK_ROUNDS
from recommender.ranking.devices import device
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.xgboost_library import xgboost


def training_identity(features: Path, hyperparameters: Hyperparameters, hosts: int) -> str:
    """Return a digest of whatever decides the trees.

    Args:
        features: the folder of the training channel.
        hyperparameters: the dials.
        hosts: how many share the rows.
    """
    decides = {
        "files": {path.name: file_hash(path) for path in sorted(features.glob("training_*.parquet"))},
        "described": file_hash(features / "features.json"),
        "hyperparameters": {**hyperparameters.document(), "device": device(hyperparameters.device)},
        "hosts": hosts,
        "block_rounds": BLOCK_ROUNDS,
        "xgboost": xgboost.__version__,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
