import shutil
from pathlib import Path

import pytest

from pipelines.image_kind import KINDS, kind_of
from trainyard.errors import UsageError
from trainyard.image import BASE
from trainyard.image.context import build_context

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("containers", "requirements"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder)
    return tmp_path


def tag(project: Path, kind: str = "serving", base: str = BASE) -> str:
    with build_context("recommender", kind, project, base) as context:
        return context.tag


@pytest.mark.parametrize("kind", KINDS)
def test_a_context_holds_every_file_that_its_dockerfile_copies_and_no_test(project: Path, kind: str) -> None:
    with build_context("recommender", kind, project, BASE) as context:
        text = context.dockerfile.read_text().replace("${LOCK}", context.arguments["LOCK"])
        copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line]
        assert copied
        for name in (name for names in copied for name in names):
            assert (context.folder / name).exists(), name
        assert not list(context.folder.rglob("test_*"))
        assert not list(context.folder.rglob("__pycache__"))
    assert kind_of(context.tag) == kind


def test_the_same_content_has_the_same_tag(project: Path) -> None:
    assert tag(project) == tag(project)


@pytest.mark.parametrize(
    "changed",
    ["containers/serving.Dockerfile", "containers/healthcheck.py", "requirements/serving.lock"],
)
def test_whatever_is_built_from_is_in_the_tag(project: Path, changed: str) -> None:
    before = tag(project)
    with (project / changed).open("a") as file:
        file.write("# changed\n")
    assert tag(project) != before


def test_the_base_and_the_kind_are_in_the_tag_too(project: Path) -> None:
    contents = {tag(project, kind).rpartition("-")[2] for kind in KINDS} | {tag(project, base="b").rpartition("-")[2]}
    assert len(contents) == 4


def test_a_lock_of_another_image_changes_nothing(project: Path) -> None:
    before = tag(project)
    (project / "requirements/training.lock").write_text("")
    assert tag(project) == before


def test_a_file_that_is_missing_is_named(project: Path) -> None:
    (project / "requirements/serving.lock").unlink()
    with pytest.raises(UsageError, match=r"The image needs serving\.lock, which is not there"):
        tag(project)
