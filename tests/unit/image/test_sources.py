from pathlib import Path

import pytest

from trainyard.errors import UsageError
from trainyard.image.sources import content_hash, default_entrypoint, image_sources


def package(folder: Path, name: str, code: str = "pass") -> Path:
    made = folder / name
    made.mkdir(parents=True)
    (made / "__main__.py").write_text(code)
    return made


def test_an_image_holds_the_services_package_and_of_trainyard_the_gate_alone() -> None:
    with image_sources("recommender", []) as folders:
        assert [folder.name for folder in folders] == ["recommender", "trainyard"]
        inside = {path.relative_to(folders[1]).parts[0] for path in folders[1].rglob("*.py")}
        assert inside == {"__init__.py", "gate"}


def test_more_folders_come_last(tmp_path: Path) -> None:
    extra = package(tmp_path, "slow_serving")
    with image_sources("recommender", [extra]) as folders:
        assert folders[-1] == extra


@pytest.mark.parametrize("name", ["recommender", "trainyard"])
def test_a_folder_that_would_hide_another_is_refused(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(UsageError, match=f"Two folders of the image are called {name}"),
        image_sources("recommender", [package(tmp_path, name)]),
    ):
        pass


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder"), image_sources("recommender", [tmp_path / "none"]):
        pass


def test_a_service_without_code_is_refused() -> None:
    with pytest.raises(UsageError, match="There is no package no_such_service"), image_sources("no-such-service", []):
        pass


def test_the_tag_names_the_content_and_nothing_else(tmp_path: Path) -> None:
    one, same = package(tmp_path / "1", "shop"), package(tmp_path / "2", "shop")
    other, renamed = package(tmp_path / "3", "shop", "1"), package(tmp_path / "4", "store")
    (same / "__pycache__").mkdir()
    (same / "__pycache__" / "x.pyc").write_bytes(b"compiled")
    entrypoint = default_entrypoint("shop")
    assert content_hash([one], entrypoint) == content_hash([same], entrypoint)
    tags = {content_hash([folder], entrypoint) for folder in (one, other, renamed)} | {content_hash([one], ["python"])}
    assert len(tags) == 4
