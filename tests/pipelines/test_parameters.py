from dataclasses import asdict

from pipelines.parameters import DIALS
from recommender.ranking.hyperparameters import Hyperparameters


def test_every_dial_is_one_of_the_containers_with_the_containers_own_default() -> None:
    known = {name: str(value) for name, value in asdict(Hyperparameters()).items()}
    assert {dial.name: dial.default for dial in DIALS}.items() <= known.items()
    Hyperparameters.parse({dial.name: dial.default for dial in DIALS})
