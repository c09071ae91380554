"""Write states block by block: the states of all customers of a large shop are larger than a job's memory."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.features.state import State, States

PER_CUSTOMER = ("customers", "candidates", "pair_features", "customer_features")
"""Arrays of a state that grow with its customers; `offsets` does too, but counts on from block to block."""


def save_states(blocks: Iterable[States], folder: Path) -> None:
    """Write what `States.save` would write of all blocks together."""
    parts = iter(blocks)
    first = next(parts)
    with _Growing(folder / "general", first.general) as general, _Growing(folder / "discovery", first.discovery) as new:
        for states in parts:
            general.append(states.general)
            new.append(states.discovery)


class _Growing:
    """A state's folder that takes more customers."""

    def __init__(self, folder: Path, first: State) -> None:
        first.save(folder)
        names = (*PER_CUSTOMER, "offsets")
        self._arrays = {name: _Array(folder / f"{name}.npy", getattr(first, name)) for name in names}
        self._candidates = len(first.candidates)

    def append(self, state: State) -> None:
        for name in PER_CUSTOMER:
            self._arrays[name].append(getattr(state, name))
        self._arrays["offsets"].append(state.offsets[1:] + self._candidates)
        self._candidates += len(state.candidates)

    def __enter__(self) -> "_Growing":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        for array in self._arrays.values():
            array.close()


class _Array:
    """A .npy file that takes more rows: numpy pads its header so that the number of rows can be written anew."""

    def __init__(self, path: Path, first: npt.NDArray[Any]) -> None:
        self._file = path.open("r+b")
        self._file.seek(0, 2)
        self._dtype, self._shape, self._count = first.dtype, first.shape[1:], len(first)

    def append(self, rows: npt.NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(rows, self._dtype).data)
        self._count += len(rows)

    def close(self) -> None:
        self._file.seek(0)
        header = {"descr": self._dtype.str, "fortran_order": False, "shape": (self._count, *self._shape)}
        np.lib.format.write_array_header_1_0(self._file, header)
        self._file.close()
