"""What the challenger is tried on: each promise is noticed when it is broken."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xgboost

from recommender.evaluation.behaviour import unit_tests
from recommender.evaluation.explanation import explain_ranker
from recommender.evaluation.fairness import fairness
from recommender.evaluation.served import integration_tests
from recommender.evaluation.trial import attempt
from recommender.features.labels import Relevant
from recommender.ranking.archive import Model, read_model
from recommender.recommend import Ranking, Recommender, Recommenders
from tests.unit.recommender.synthetic import Run


@pytest.fixture(scope="module")
def model(run: Run) -> Model:
    return read_model(run.step("train").model)


@pytest.fixture(scope="module")
def recommenders(model: Model) -> Recommenders:
    return Recommenders.of(model, model.states())


def nothing_bought(recommenders: Recommenders) -> Relevant:
    state = recommenders.general.state
    return Relevant(
        pairs=np.empty(0, np.int64), counts=np.zeros(len(state.customers), np.int64), products=len(state.products)
    )


def failed(recommenders: Recommenders, bought: Relevant | None = None) -> list[str]:
    customers = recommenders.general.state.customers
    trials = unit_tests(recommenders, customers, bought or nothing_bought(recommenders))
    assert len(trials) == 7
    return [trial.name for trial in trials if not trial.passed]


class Broken(Recommender):
    """A recommender whose answers are spoiled."""

    def spoil(self, rankings: list[Ranking], k: int) -> list[Ranking]:
        raise NotImplementedError

    def recommend(self, customers: Sequence[int], k: int) -> list[Ranking]:
        return self.spoil(super().recommend(customers, k), k)


class Moody(Broken):
    calls: list[int] = []  # noqa: RUF012

    def spoil(self, rankings: list[Ranking], k: int) -> list[Ranking]:
        self.calls.append(k)
        return [replace(one, scores=one.scores + len(self.calls)) for one in rankings]


class Twice(Broken):
    def spoil(self, rankings: list[Ranking], k: int) -> list[Ranking]:
        return [replace(one, products=np.append(one.products[:-1], one.products[0])) for one in rankings]


class Backwards(Broken):
    def spoil(self, rankings: list[Ranking], k: int) -> list[Ranking]:
        return [replace(one, scores=one.scores[::-1].copy()) for one in rankings]


class Blind(Broken):
    def spoil(self, rankings: list[Ranking], k: int) -> list[Ranking]:
        popular = self.state.popular[:k].astype(np.int64)
        return [replace(one, products=popular, source="personal") for one in rankings]


@pytest.mark.parametrize(
    ("kind", "noticed"),
    [
        (Moody, "the same question gets the same answer"),
        (Twice, "products are distinct, of the shop, best first, with finite scores"),
        (Backwards, "products are distinct, of the shop, best first, with finite scores"),
        (Blind, "not everybody gets the same"),
        (Blind, "a customer nobody knows gets the popular products"),
    ],
)
def test_a_broken_promise_is_noticed(recommenders: Recommenders, kind: type[Broken], noticed: str) -> None:
    general = recommenders.general
    broken = replace(recommenders, general=kind(state=general.state, ranker=general.ranker))
    assert noticed in failed(broken)
    assert failed(recommenders) == []


def test_offering_as_new_what_was_bought_is_noticed(recommenders: Recommenders) -> None:
    state = recommenders.general.state
    everything = Relevant(
        pairs=np.arange(len(state.customers) * len(state.products)),
        counts=np.full(len(state.customers), len(state.products)),
        products=len(state.products),
    )
    assert failed(recommenders, everything) == ["asked for new products, none was bought before"]


def test_a_test_that_cannot_be_carried_out_has_failed() -> None:
    trial = attempt("unit", "divides", lambda: str(1 // 0))
    assert (trial.passed, trial.detail) == (False, "ZeroDivisionError: integer division or modulo by zero")


def test_an_archive_that_cannot_be_served_fails_its_first_integration_test(
    recommenders: Recommenders, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    (only,) = integration_tests(tmp_path, recommenders)
    assert (only.passed, only.detail) == (False, "the server ended with exit code 1")


def test_served_answers_that_differ_from_the_models_own_are_noticed(run: Run, recommenders: Recommenders) -> None:
    general = recommenders.general
    other = replace(recommenders, general=Blind(state=general.state, ranker=general.ranker))
    trials = integration_tests(run.step("train").root, other)
    assert [trial.name for trial in trials if not trial.passed] == ["served answers are those of the model in process"]
    assert len(trials) > 5


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of shap's use of matplotlib
@pytest.mark.parametrize("which", ["general", "discovery"])
def test_contributions_are_the_shap_values_and_add_up_to_the_score(model: Model, which: str) -> None:
    import shap

    ranker, state = getattr(model, which), getattr(model.states(), which)
    matrix = state.matrix()[:50]
    contributions, base = ranker.contributions(matrix)
    rows = xgboost.DMatrix(matrix[:, ranker.columns], feature_names=ranker.features)
    np.testing.assert_allclose(
        contributions.sum(axis=1) + base, ranker.booster.predict(rows, output_margin=True), atol=1e-4
    )
    theirs = shap.TreeExplainer(ranker.booster).shap_values(rows)
    np.testing.assert_allclose(contributions, theirs, atol=1e-4)


def test_an_explanation_lists_every_feature_the_most_important_first(model: Model) -> None:
    explained = explain_ranker(model.states().general, model.general)
    importance = [one["mean_absolute"] for one in explained["features"]]
    assert importance == sorted(importance, reverse=True)
    assert importance[0] > 0
    assert {one["feature"] for one in explained["features"]} == set(model.document["features"])
    assert all(at is None or 0 <= at <= 1 for at, _ in explained["features"][0]["points"])


def test_fairness_is_the_difference_between_the_groups_of_a_slice() -> None:
    home = np.array([True, True, False, False])
    found = fairness(np.array([0.2, 0.4, 0.1, 0.1]), {("market", "home"): home, ("market", "abroad"): ~home})
    (market,) = found["slices"]
    assert market["difference"] == pytest.approx(0.2)
    assert market["ratio"] == pytest.approx(1 / 3)
    assert {one["value"]: (one["customers"], one["map_at_10"]) for one in market["groups"]} == {
        "home": (2, pytest.approx(0.3)),
        "abroad": (2, pytest.approx(0.1)),
    }
