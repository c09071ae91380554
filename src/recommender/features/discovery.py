"""Discovery: the products worth offering of those that a customer never bought, and how they relate to what was bought.

Alike by purchases (over the season, over the last month, to the last order), by the words of their names, by
neighbouring stock codes, or bought by many just now.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from recommender.features.definition import CUSTOMER_FEATURES, DISCOVERY_PAIR_FEATURES, PRODUCT_FEATURES
from recommender.features.likeness import Likeness, Likenesses, by_code, by_purchases, by_words, recommended
from recommender.features.retrieval import CHUNK, Purchased, best
from recommender.features.settings import FeatureSettings

SEASON = Likeness(neighbours=200, shrink=10, asymmetry=0.7, customer_norm=1.0)
MONTH = Likeness(neighbours=200, shrink=10, asymmetry=0.5, customer_norm=1.0)
MONTH_WEIGHT, WORDS_WEIGHT, POPULAR_WEIGHT = 0.5, 0.3, 0.3
"""Beside the season's likeness, in choosing candidates."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """Who may discover what: one entry per customer and product, the most promising first within a customer."""

    customer: npt.NDArray[np.int64]
    product: npt.NDArray[np.int32]
    pair_features: Matrix
    """Entries x DISCOVERY_PAIR_FEATURES."""


class Discovery:
    """Likenesses between all products known at a cutoff.

    Args:
        purchased: everything known.
        products: stock codes, in the order of the positions.
        names: of the same products.
        by_habit: likenesses of the products by habit.
        settings: how many candidates a customer gets.
    """

    def __init__(
        self,
        purchased: Purchased,
        products: npt.NDArray[np.str_],
        names: list[str],
        by_habit: Likenesses,
        settings: FeatureSettings,
    ) -> None:
        self._kept = min(settings.discovery_candidates, len(products))
        self._bought = purchased.matrix(np.ones(len(purchased.product), np.float32))
        self._season = purchased.matrix(np.minimum(purchased.season_weight, np.float32(3.0)))
        self._profile = purchased.matrix(np.minimum(purchased.profile_weight, np.float32(3.0)))
        self._last = purchased.matrix(purchased.in_last_order)
        self._by_season = by_purchases(purchased.matrix(purchased.similar_weight), SEASON)
        self._by_habit = by_habit
        self._by_month = by_purchases(purchased.matrix(purchased.month_weight), MONTH)
        self._by_words = by_words(names)
        self._by_code = by_code(products)

    def of(self, wanted: npt.NDArray[np.int64], customer_features: Matrix, product_features: Matrix) -> Discovered:
        """Return the candidates of the customers at the wanted positions, ascending."""
        parts = [
            self._chunk(rows, customer_features, product_features)
            for rows in np.array_split(wanted, len(wanted) // CHUNK + 1)
        ]
        return Discovered(
            customer=np.concatenate([part.customer for part in parts]),
            product=np.concatenate([part.product for part in parts]),
            pair_features=np.concatenate([part.pair_features for part in parts]),
        )

    def _chunk(self, rows: npt.NDArray[np.int64], customer_features: Matrix, product_features: Matrix) -> Discovered:
        pairs = self._likenesses(rows)
        recent = product_features[:, PRODUCT_FEATURES.index("product_buyers_14")]
        scores: Matrix = (
            pairs["pair_similarity"]
            + MONTH_WEIGHT * _normalised(pairs["pair_similarity_by_month"])
            + WORDS_WEIGHT * _normalised(pairs["pair_similarity_by_words"])
            + POPULAR_WEIGHT * recent[None, :] / max(float(recent.max(initial=0)), 1.0)
        ).astype(np.float32)
        bought = self._bought[rows].tocoo()
        scores[bought.row, bought.col] = -np.inf
        top = best(scores, self._kept)
        new = np.take_along_axis(scores, top, 1) > -np.inf
        customer, product = np.repeat(rows, new.sum(axis=1)), top[new]
        price = PRODUCT_FEATURES.index("product_price"), CUSTOMER_FEATURES.index("customer_mean_price")
        quantity = PRODUCT_FEATURES.index("product_quantity"), CUSTOMER_FEATURES.index("customer_quantity")
        columns: dict[str, npt.NDArray[np.floating]] = {
            "pair_position": np.broadcast_to(np.arange(self._kept, dtype=np.float32), top.shape)[new],
            **{name: np.take_along_axis(values, top, 1)[new] for name, values in pairs.items()},
            "pair_price_ratio": product_features[product, price[0]] / customer_features[customer, price[1]],
            "pair_quantity_ratio": product_features[product, quantity[0]] / customer_features[customer, quantity[1]],
        }
        return Discovered(
            customer=customer,
            product=product.astype(np.int32),
            pair_features=np.column_stack([columns[name] for name in DISCOVERY_PAIR_FEATURES]).astype(np.float32),
        )

    def _likenesses(self, rows: npt.NDArray[np.int64]) -> Mapping[str, Matrix]:
        bought, profile, last = self._bought[rows], self._profile[rows], self._last[rows]
        season = recommended(self._season[rows], self._by_season)
        return {
            "pair_similarity": _normalised(season),
            "pair_similarity_total": season,
            "pair_similarity_by_habit": _normalised(recommended(profile, self._by_habit)),
            "pair_similarity_by_month": recommended(bought, self._by_month),
            "pair_similarity_to_last_order": recommended(last, self._by_season) / _size(last),
            "pair_similarity_by_words": recommended(profile, self._by_words) / _size(profile),
            "pair_neighbours_by_code": recommended(bought, self._by_code),
        }


def _size(own: sp.csr_matrix) -> Matrix:
    return np.maximum(np.asarray(own.sum(axis=1), np.float32), np.float32(1e-9))


def _normalised(values: Matrix) -> Matrix:
    return values / np.maximum(values.max(axis=1, keepdims=True), np.float32(1e-9))
