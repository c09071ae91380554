from dataclasses import replace

import pytest

from trainyard.reproduction.comparison import TOLERANCE, Verdict, compare
from trainyard.reproduction.made import Made

MADE = Made(
    archive_sha256="a",
    files={"model.json": "m", "ranker.json": "r", "environment.json": "e"},
    document={"hyperparameters.max_depth": 4, "data_hash": "d"},
    environment={"threads": 2, "architecture": "x86_64"},
    metrics={"map_at_10": 0.2, "ndcg_at_10": 0.3},
    data_hash="d",
)
ELSEWHERE = {"threads": 2, "architecture": "aarch64"}
OTHER_TREES = replace(MADE, archive_sha256="b", files={**MADE.files, "ranker.json": "other", "environment.json": "f"})


def test_the_same_bytes_are_identical() -> None:
    found = compare(MADE, MADE)
    assert (found.verdict, found.same, found.reasons) == (Verdict.IDENTICAL, True, ())


@pytest.mark.parametrize("files", [MADE.files, {**MADE.files, "environment.json": "other"}])
def test_another_packing_or_note_of_the_machine_leaves_the_model_the_same(files: dict[str, str]) -> None:
    found = compare(MADE, replace(MADE, archive_sha256="b", files=files))
    assert (found.verdict, found.same, found.files) == (Verdict.SAME_CONTENT, True, ())


def test_other_bytes_on_another_machine_are_excused_by_the_same_quality() -> None:
    near = {"map_at_10": 0.2 * (1 + TOLERANCE * 0.9), "ndcg_at_10": 0.3}
    found = compare(MADE, replace(OTHER_TREES, environment=ELSEWHERE, metrics=near))
    assert (found.verdict, found.same, found.files) == (Verdict.SAME_QUALITY, True, ("ranker.json",))
    assert [(one.name, one.then, one.now) for one in found.environment] == [("architecture", "x86_64", "aarch64")]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, "machine, threads and packages are the same, so the bytes should be"),
        ({"environment": {}}, "an archive has no environment.json, so nothing says that the machine was another"),
        ({"environment": ELSEWHERE, "metrics": {**MADE.metrics, "map_at_10": 0.2003}}, "map_at_10 was 0.2, and is"),
        ({"environment": ELSEWHERE, "metrics": {"map_at_10": 0.2}}, "ndcg_at_10 is missing now"),
        ({"environment": ELSEWHERE, "metrics": {}}, "map_at_10 is missing now"),
        ({"environment": ELSEWHERE, "data_hash": "x"}, "the data differ: hash d then, x now"),
        (
            {"environment": ELSEWHERE, "document": {**MADE.document, "hyperparameters.max_depth": 5}},
            "hyperparameters.max_depth was 4, and is 5",
        ),
    ],
)
def test_what_does_not_excuse_other_bytes_is_named(changed: dict[str, object], reason: str) -> None:
    found = compare(MADE, replace(OTHER_TREES, **changed))
    assert (found.verdict, found.same) == (Verdict.DIFFERENT, False)
    assert any(reason in one for one in found.reasons), found.reasons


def test_without_any_metric_nothing_shows_the_same_quality() -> None:
    found = compare(replace(MADE, metrics={}), replace(OTHER_TREES, environment=ELSEWHERE, metrics={}))
    assert found.reasons == ("no metrics are kept to compare",)


def test_a_file_that_one_archive_lacks_is_named() -> None:
    fewer = {name: value for name, value in MADE.files.items() if name != "ranker.json"}
    assert compare(MADE, replace(MADE, archive_sha256="b", files=fewer)).files == ("ranker.json",)
