from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from trainyard.cli.model import version_table, versions_table
from trainyard.registry import ModelVersion, Origin

ORIGIN = Origin(environment="staging", account="222222222222", package="arn:3", version="3")


def version(**metadata: str) -> ModelVersion:
    described: dict[str, Any] = {
        "ModelPackageVersion": 7,
        "ModelPackageArn": "arn:7",
        "CreationTime": datetime(2026, 3, 1, tzinfo=UTC),
        "CustomerMetadataProperties": metadata,
    }
    return ModelVersion.parse(described)


def shown(table: Any) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_an_origin_reads_back_from_the_metadata_that_keep_it() -> None:
    assert version(data_hash="a", **ORIGIN.metadata()).origin == ORIGIN


def test_a_version_that_was_trained_here_has_no_origin() -> None:
    assert version(data_hash="a").origin is None
    assert version(data_hash="a").document()["promoted_from"] is None


def test_programs_are_told_the_origin() -> None:
    assert version(**ORIGIN.metadata()).document()["promoted_from"] == {
        "environment": "staging",
        "account": "222222222222",
        "package": "arn:3",
        "version": "3",
    }


@pytest.mark.parametrize(("metadata", "told"), [(ORIGIN.metadata(), "staging 3"), ({}, "trained here")])
def test_the_list_shows_where_each_version_comes_from(metadata: dict[str, str], told: str) -> None:
    assert told in shown(versions_table("shop", [version(**metadata)]))


def test_one_version_shows_its_origin() -> None:
    assert "staging, version 3" in shown(version_table("shop", version(**ORIGIN.metadata())))
