"""Recommend: rank a customer's candidates, or fall back to what is popular. The same code serves and is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.features.state import State, States
from recommender.ranking.archive import Model, Ranker

Fresh = Mapping[int, npt.NDArray[np.float32]]
"""Features of customers to use instead of the state's: CUSTOMER_FEATURES by customer."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The best products for one customer, best first."""

    customer: int
    source: str
    """`personal`, or `popular` where nothing is known of the customer."""

    products: npt.NDArray[np.int64]
    """Positions in the state's products."""

    scores: npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One feature that moved a product's score."""

    feature: str
    value: float
    """NaN where nothing is known."""

    contribution: float
    """Its SHAP value, in log-odds: above 0 it speaks for the product."""


@dataclass(frozen=True, kw_only=True)
class Recommender:
    """A ranker over a state."""

    state: State
    ranker: Ranker
    filled: bool = True
    """Whether popular products follow where a customer has fewer candidates than asked for."""

    def recommend(self, customers: Sequence[int], k: int, fresh: Fresh | None = None) -> list[Ranking]:
        """Return the best k products of each customer; one call of the ranker for all of them.

        Args:
            customers: their numbers.
            k: how many products each.
            fresh: features of customers to use instead of the state's, where there are.
        """
        rows = [self.state.row(customer) for customer in customers]
        asked = zip(customers, rows, strict=True)
        matrices = [self._matrix(customer, row, fresh) for customer, row in asked if row is not None]
        scores = iter(self._scores(matrices))
        return [
            self._popular(customer, k) if row is None else self._personal(customer, row, next(scores), k)
            for customer, row in zip(customers, rows, strict=True)
        ]

    def _matrix(self, customer: int, row: int, fresh: Fresh | None) -> npt.NDArray[np.float32]:
        matrix = self.state.matrix_of(row)
        return self.state.with_customer(matrix, fresh[customer]) if fresh and customer in fresh else matrix

    def _scores(self, matrices: list[npt.NDArray[np.float32]]) -> list[npt.NDArray[np.float32]]:
        if not matrices:
            return []
        ends = np.cumsum([len(matrix) for matrix in matrices])[:-1]
        together = matrices[0] if len(matrices) == 1 else np.concatenate(matrices)
        if not len(together):  # XGBoost takes no empty matrix
            return [np.empty(0, np.float32)] * len(matrices)
        return np.split(self.ranker.score(together), ends)

    def _personal(self, customer: int, row: int, scores: npt.NDArray[np.float32], k: int) -> Ranking:
        best = np.argsort(-scores, kind="stable")[:k]
        products = self.state.candidates_of(row)[best].astype(np.int64)
        values = scores[best].astype(np.float64)
        if self.filled and len(products) < k:  # a small shop: the popular ones that are missing follow, scoring less
            rest = self.state.popular[~np.isin(self.state.popular, products)][: k - len(products)].astype(np.int64)
            lowest = float(values[-1]) if len(values) else 0.0
            products = np.concatenate([products, rest])
            values = np.concatenate([values, np.full(len(rest), lowest)])
        return Ranking(customer=customer, source="personal", products=products, scores=values)

    def because(self, ranking: Ranking, count: int = 3, fresh: Fresh | None = None) -> list[list[Reason]]:
        """Return, for each product of a ranking, what moved its score most; nothing for what is merely popular."""
        row = self.state.row(ranking.customer)
        if row is None or not len(ranking.products):
            return [[] for _ in ranking.products]
        own = self.state.candidates_of(row)
        place = {int(product): at for at, product in enumerate(own)}
        ranked = [place[product] for product in ranking.products.tolist() if product in place]
        matrix = self._matrix(ranking.customer, row, fresh)[ranked]
        contributions = self.ranker.contributions(matrix)[0] if ranked else matrix
        reasons = iter(self._reasons(matrix, contributions, count))
        return [next(reasons) if product in place else [] for product in ranking.products.tolist()]

    def _reasons(
        self, matrix: npt.NDArray[np.float32], contributions: npt.NDArray[np.float32], count: int
    ) -> list[list[Reason]]:
        features, columns = self.ranker.features, self.ranker.columns
        return [
            [
                Reason(feature=features[at], value=float(values[columns[at]]), contribution=float(moved[at]))
                for at in np.argsort(-np.abs(moved), kind="stable")[:count].tolist()
            ]
            for values, moved in zip(matrix, contributions, strict=True)
        ]

    def _popular(self, customer: int, k: int) -> Ranking:
        products = self.state.popular[:k].astype(np.int64)
        scores = self.state.popular_scores[:k].astype(np.float64)
        return Ranking(customer=customer, source="popular", products=products, scores=scores)


@dataclass(frozen=True, kw_only=True)
class Recommenders:
    """Of everything, and of what a customer never bought."""

    general: Recommender
    discovery: Recommender

    @classmethod
    def of(cls, model: Model, states: States) -> "Recommenders":
        """Return a model's recommenders over the states to recommend from."""
        return cls(
            general=Recommender(state=states.general, ranker=model.general),
            # Popular products may have been bought: whoever knows nearly the whole shop gets a shorter list.
            discovery=Recommender(state=states.discovery, ranker=model.discovery, filled=False),
        )
