"""Where trees are learned: a processor or a GPU."""

from pathlib import Path

from recommender.errors import BadHyperparameters
from recommender.ranking.xgboost_library import xgboost


def device(wanted: str = "auto", devices: Path = Path("/dev")) -> str:
    """Return `cpu` or `cuda`; `auto` is a GPU where this XGBoost is built for one and this machine has it.

    Raises:
        BadHyperparameters: a GPU is asked for by name and cannot be had.
    """
    built, found = bool(xgboost.build_info()["USE_CUDA"]), (devices / "nvidia0").exists()
    if wanted == "auto":
        return "cuda" if built and found else "cpu"
    if wanted == "cuda" and not found:
        raise BadHyperparameters(
            "device is cuda, but this machine has no GPU (/dev/nvidia0 is not there); "
            "choose an instance type with one, such as ml.g5.xlarge, or set device to auto or cpu"
        )
    if wanted == "cuda" and not built:
        raise BadHyperparameters(
            "device is cuda, but this image's XGBoost is built for processors only; "
            "build the image with the package xgboost in place of xgboost-cpu, or set device to auto or cpu"
        )
    return wanted
