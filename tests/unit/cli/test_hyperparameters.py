import json
from pathlib import Path

import pytest

from trainyard.cli.hyperparameters import read_hyperparameters
from trainyard.errors import UsageError


@pytest.mark.parametrize(
    "document",
    [
        {"best": {"max_depth": 5, "learning_rate": 0.1}, "trials": [{"number": 0}], "seed": 1},
        {"max_depth": 5, "learning_rate": 0.1},
    ],
)
def test_a_run_takes_what_a_search_found_or_a_plain_object(tmp_path: Path, document: dict[str, object]) -> None:
    file = tmp_path / "hyperparameters.json"
    file.write_text(json.dumps(document))
    assert read_hyperparameters(file) == {"max_depth": "5", "learning_rate": "0.1"}


@pytest.mark.parametrize("text", ["[]", "{}", '{"best": 3}', '{"best": {}}', '{"trials": []}'])
def test_a_file_without_hyperparameters_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="sets no hyperparameters"):
        read_hyperparameters(file)


def test_a_file_that_is_no_json_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text("{")
    for name in ("torn.json", "missing.json"):
        with pytest.raises(UsageError, match=f"{name} cannot be read"):
            read_hyperparameters(tmp_path / name)
