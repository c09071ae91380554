"""The state at a cutoff: who could be offered what, and the numbers a ranker scores it by, as flat arrays.

Features are kept where they belong (pair, customer, product) and put together per request: a row of the ranker's matrix
is `pair | customer | product`. That takes less than half the memory of the full matrix, and the same code feeds
training and serving.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.features.definition import (
    CUSTOMER_FEATURES,
    DISCOVERY_PAIR_FEATURES,
    PAIR_FEATURES,
    PRODUCT_FEATURES,
)

FEATURES = PAIR_FEATURES + CUSTOMER_FEATURES + PRODUCT_FEATURES
"""Names of the columns of the full matrix of all candidates, in order."""

DISCOVERY_FEATURES = DISCOVERY_PAIR_FEATURES + CUSTOMER_FEATURES + PRODUCT_FEATURES
"""The same of the candidates that a customer never bought."""


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything known about customers and products at one moment."""

    customers: npt.NDArray[np.int64]
    """Sorted."""

    products: npt.NDArray[np.str_]
    """Sorted stock codes; other arrays name a product by its position here."""

    offsets: npt.NDArray[np.int64]
    """The candidates of customer `i` are at `offsets[i]:offsets[i + 1]`."""

    candidates: npt.NDArray[np.int32]
    """Products, the most promising first."""

    pair_features: npt.NDArray[np.float32]
    customer_features: npt.NDArray[np.float32]
    product_features: npt.NDArray[np.float32]

    popular: npt.NDArray[np.int32]
    """The most popular products, best first: for customers nobody knows."""

    popular_scores: npt.NDArray[np.float32]
    """Share of the recent customers who bought each of them."""

    def row(self, customer: int) -> int | None:
        """Return the position of a customer, or None where nothing is known."""
        at = int(np.searchsorted(self.customers, customer))
        return at if at < len(self.customers) and self.customers[at] == customer else None

    def candidates_of(self, row: int) -> npt.NDArray[np.int32]:
        """Return the candidates of the customer at a position."""
        return self.candidates[self.offsets[row] : self.offsets[row + 1]]

    def matrix_of(self, row: int) -> npt.NDArray[np.float32]:
        """Return the features of one customer's candidates: candidates x features."""
        start, end = int(self.offsets[row]), int(self.offsets[row + 1])
        pairs, customers = self.pair_features.shape[1], self.customer_features.shape[1]
        matrix = np.empty((end - start, pairs + customers + self.product_features.shape[1]), np.float32)
        matrix[:, :pairs] = self.pair_features[start:end]
        matrix[:, pairs : pairs + customers] = self.customer_features[row]
        matrix[:, pairs + customers :] = self.product_features[self.candidates[start:end]]
        return matrix

    def with_customer(
        self, matrix: npt.NDArray[np.float32], features: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Return a customer's matrix with other features of the customer in all its rows."""
        changed, pairs = matrix.copy(), self.pair_features.shape[1]
        changed[:, pairs : pairs + self.customer_features.shape[1]] = features
        return changed

    def matrix(self, rows: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.float32]:
        """Return the features of all candidates of all customers, in order; or of those at these positions only."""
        owners = np.repeat(np.arange(len(self.customers)), np.diff(self.offsets))
        chosen = slice(None) if rows is None else rows
        customers, products = self.customer_features[owners[chosen]], self.product_features[self.candidates[chosen]]
        return np.concatenate((self.pair_features[chosen], customers, products), axis=1)

    def shortened(self, candidates: int) -> "State":
        """Return the state with at most this many candidates per customer."""
        position = np.arange(len(self.candidates)) - np.repeat(self.offsets[:-1], np.diff(self.offsets))
        kept = position < candidates
        return replace(
            self,
            offsets=np.append(0, np.cumsum(np.minimum(np.diff(self.offsets), candidates))),
            candidates=self.candidates[kept],
            pair_features=self.pair_features[kept],
        )

    def save(self, folder: Path) -> None:
        """Write each array as a file that can be mapped into memory."""
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "State":
        """Map the arrays of a folder into memory."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names})


@dataclass(frozen=True, kw_only=True)
class States:
    """Both questions that a customer's candidates answer; all but candidates and pairs is the same in both."""

    general: State
    """What the customer may want next, bought before or not."""

    discovery: State
    """What the customer may want next of what was never bought."""

    def save(self, folder: Path) -> None:
        """Write each into a folder of its own."""
        self.general.save(folder / "general")
        self.discovery.save(folder / "discovery")

    @classmethod
    def load(cls, folder: Path) -> "States":
        """Map both into memory."""
        return cls(general=State.load(folder / "general"), discovery=State.load(folder / "discovery"))
