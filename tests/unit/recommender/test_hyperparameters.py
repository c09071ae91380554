import pytest

from recommender.errors import BadHyperparameters
from recommender.features.definition import CORE_FEATURES, DISCOVERY_ONLY
from recommender.features.state import FEATURES
from recommender.ranking.hyperparameters import Hyperparameters


def test_every_dial_is_read_from_a_string() -> None:
    found = Hyperparameters.parse({"n_estimators": "7", "learning_rate": "0.5", "features": "core", "seed": "3"})
    assert (found.n_estimators, found.learning_rate, found.columns, found.seed) == (7, 0.5, CORE_FEATURES, 3)


def test_what_is_not_given_has_its_default() -> None:
    assert Hyperparameters.parse({}) == Hyperparameters()
    assert set(Hyperparameters().columns) == set(FEATURES) - set(DISCOVERY_ONLY)


def test_sagemakers_own_entries_are_not_ours_to_judge() -> None:
    assert Hyperparameters.parse({"sagemaker_program": "train.py"}) == Hyperparameters()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"depth": "3"}, "unknown hyperparameter depth; known are candidates, colsample"),
        ({"max_depth": "3.5"}, "max_depth is '3.5'; allowed: a whole number from 1 to 16"),
        ({"max_depth": "99"}, "max_depth is '99'; allowed: a whole number from 1 to 16"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'; allowed: a number from 0.0001 to 1"),
        ({"learning_rate": "nan"}, "learning_rate is 'nan'; allowed: a number from 0.0001 to 1"),
        ({"features": "all"}, "features is 'all'; allowed: core, full"),
        ({"objective": "reg:squarederror"}, "objective is 'reg:squarederror'; allowed: binary:logistic"),
    ],
)
def test_a_wrong_dial_is_refused_with_what_is_allowed(given: dict[str, str], message: str) -> None:
    with pytest.raises(BadHyperparameters) as refused:
        Hyperparameters.parse(given)
    assert str(refused.value).startswith(message)
