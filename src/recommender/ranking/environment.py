"""Where a model was trained: what may change its bytes although data, code and hyperparameters are the same."""

import importlib.metadata
import os
import platform
from pathlib import Path

from recommender.container import write_json

FILE = "environment.json"
"""In the model archive; the one file of it that may differ between two trainings of the same model."""


def write_environment(folder: Path, *, threads: int, device: str) -> None:
    """Write environment.json into the folder that becomes the model archive.

    Args:
        folder: of the model.
        threads: that summed up the trees' statistics; another number sums in another order.
        device: `cpu` or `cuda`.
    """
    document = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {'-'.join(platform.libc_ver())}".strip(),
        "architecture": platform.machine(),
        "processor": processor(),
        "threads": threads,
        "omp_threads": os.environ.get("OMP_NUM_THREADS", ""),
        "device": device,
        "packages": packages(),
    }
    write_json(folder / FILE, document)


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the processor, an empty text where the system does not tell."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return ""
    named = (line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "CPU part")))
    return next(named, "")


def packages() -> dict[str, str]:
    """Return the version of every installed package: what the lock of the image came to."""
    named = {str(one.metadata["Name"]).lower(): one.version for one in importlib.metadata.distributions()}
    return dict(sorted(named.items()))
