import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.containers import base_image
from tests.containers.chain import Chain, run_chain
from tests.containers.runners import BuiltImage, Image, LocalProcess, Runner
from tests.containers.storage import own_storage
from trainyard.image import BuildPlan, build, find_builder, image_sources

CHECKOUT = Path(__file__).parents[2]
KINDS = ("training", "serving")


@pytest.fixture(scope="session")
def images() -> Iterator[Mapping[str, Image]]:
    """Both images, really built, their file systems mounted."""
    why_not = base_image.missing_means()
    if why_not:
        pytest.skip(why_not)
    base_image.install_tools()
    with own_storage():
        plan = BuildPlan(
            service="recommender",
            project=CHECKOUT,
            builder=find_builder("buildah"),
            base=base_image.make_base(),
        )
        containers = dict[str, str]()
        try:
            yield {kind: mounted(kind, build(plan, kind).name, containers) for kind in KINDS}
        finally:
            for container in containers.values():
                buildah("rm", container)


def mounted(kind: str, name: str, containers: dict[str, str]) -> Image:
    containers[kind] = buildah("from", "--pull-never", name)
    described = json.loads(buildah("inspect", "--type", "image", name))
    root = Path(buildah("mount", containers[kind]))
    return Image(kind=kind, name=name, root=root, config=described["Docker"]["config"])


@pytest.fixture(scope="session", params=["process", "image"])
def runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """The suite runs twice: on what the local cloud runs, and on what AWS would run."""
    if request.param == "image":
        return BuiltImage(request.getfixturevalue("images"))
    packages = tmp_path_factory.mktemp("packages")
    with image_sources("recommender", ()) as folders:
        for folder in folders:
            shutil.copytree(folder, packages / folder.name)
    return LocalProcess(packages)


@pytest.fixture(scope="session")
def chain(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A training run, each step in a container of its own."""
    return run_chain(runner, tmp_path_factory.mktemp("chain"))


def buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
