import pytest

from tests.unit.registry.conftest import GROUP, Registry
from trainyard.errors import UsageError
from trainyard.registry import find_version, list_versions


def test_versions_come_with_their_metrics_the_newest_first(registry: Registry) -> None:
    registry.register(map_at_10="0.31", data_hash="abc")
    registry.register()
    newest, oldest = list_versions(GROUP, registry.sagemaker)
    assert (newest.version, newest.map_at_10, newest.approval) == (2, None, "PendingManualApproval")
    assert (oldest.version, oldest.map_at_10, oldest.metadata["data_hash"]) == (1, 0.31, "abc")
    assert (oldest.image, oldest.model_data_url) == ("shop@sha256:1", "s3://artifacts/model.tar.gz")


def test_a_group_without_versions_is_an_empty_list(registry: Registry) -> None:
    assert list_versions(GROUP, registry.sagemaker) == []


def test_one_version_is_found_by_its_number(registry: Registry) -> None:
    registry.register()
    arn = registry.register()
    assert find_version(GROUP, 2, registry.sagemaker).arn == arn


def test_an_unknown_version_is_refused_with_those_there_are(registry: Registry) -> None:
    registry.register()
    registry.register()
    with pytest.raises(UsageError, match="There is no version 7 of this model; versions: 1, 2") as caught:
        find_version(GROUP, 7, registry.sagemaker)
    assert caught.value.exit_code == 2


def test_before_the_first_version_the_refusal_says_so(registry: Registry) -> None:
    with pytest.raises(UsageError, match="versions: none yet"):
        find_version(GROUP, 1, registry.sagemaker)
