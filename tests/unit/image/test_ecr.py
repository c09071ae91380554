import base64
import json
import shutil
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError
from trainyard.image import BuildPlan, push_containers
from trainyard.image.builder import Builder

CHECKOUT = Path(__file__).parents[3]
HOST = "000000000001.dkr.ecr.eu-west-1.amazonaws.com"
REPOSITORY = f"{HOST}/trainyard/recommender"
PROGRAM = """
import json, pathlib, sys
note = pathlib.Path(__file__).with_name("calls.jsonl")
call = {"arguments": sys.argv[1:], "stdin": sys.stdin.read() if "--password-stdin" in sys.argv else ""}
with note.open("a") as file:
    file.write(json.dumps(call) + chr(10))
output = next((part for part in sys.argv if part.startswith("type=local,dest=")), None)
if output:
    folder = pathlib.Path(output.removeprefix("type=local,dest="))
    folder.mkdir()
    (folder / "python.cdx.json").write_text("{}")
if sys.argv[1] == "images":
    print("387 MB")
sys.exit(3 if sys.argv[1] == pathlib.Path(__file__).with_name("fails").read_text() else 0)
"""


@dataclass
class Ecr:
    """A registry that takes a tag once the builder has pushed it."""

    folder: Path
    there: set[str] = field(default_factory=set)

    def describe_images(self, *, registryId: str, repositoryName: str, imageIds: list[dict[str, str]]) -> Any:
        assert (registryId, repositoryName) == ("000000000001", "trainyard/recommender")
        tag = imageIds[0]["imageTag"]
        if tag in self.there or ["push", f"{REPOSITORY}:{tag}"] in [call["arguments"] for call in calls(self.folder)]:
            return {"imageDetails": [{"imageDigest": f"sha256:of-{tag}"}]}
        raise ClientError({"Error": {"Code": "ImageNotFoundException", "Message": ""}}, "DescribeImages")

    def get_authorization_token(self) -> Any:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:se:cret").decode()}]}


def calls(folder: Path) -> list[dict[str, Any]]:
    note = folder / "calls.jsonl"
    return [json.loads(line) for line in note.read_text().splitlines()] if note.exists() else []


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BuildPlan:
    for folder in ("containers", "requirements"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder)
    program = tmp_path / "buildah"
    program.write_text(f"#!{sys.executable}{PROGRAM}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "fails").write_text("nothing")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return BuildPlan(service="recommender", project=tmp_path, builder=Builder("buildah"), say=lambda _: None)


def test_each_kind_is_built_pushed_and_named_by_digest(plan: BuildPlan) -> None:
    pushed = push_containers(plan, ["training", "serving"], REPOSITORY, Ecr(plan.project))
    assert [one.kind for one in pushed] == ["training", "serving"]
    assert [one.uri for one in pushed] == [f"{REPOSITORY}@sha256:of-{one.tag}" for one in pushed]
    verbs = [call["arguments"][0] for call in calls(plan.project)]
    assert verbs == ["build", "build", "images", "login", "push", "logout"] * 2
    assert (plan.project / "build/images/serving.cdx.json").read_text() == "{}"


def test_the_password_is_in_no_argument(plan: BuildPlan) -> None:
    push_containers(plan, ["serving"], REPOSITORY, Ecr(plan.project))
    (login,) = [call for call in calls(plan.project) if call["arguments"][0] == "login"]
    assert login["stdin"] == "se:cret"
    assert login["arguments"][-1] == HOST
    assert not [part for call in calls(plan.project) for part in call["arguments"] if "se:cret" in part]


def test_content_that_was_pushed_before_is_neither_built_nor_pushed(plan: BuildPlan) -> None:
    first = push_containers(plan, ["serving"], REPOSITORY, Ecr(plan.project))
    (plan.project / "calls.jsonl").unlink()
    assert push_containers(plan, ["serving"], REPOSITORY, Ecr(plan.project, {first[0].tag})) == first
    assert calls(plan.project) == []


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        ("build", "The serving image could not be built: `buildah build` ended with 3"),
        ("login", f"The registry {HOST} refused the login"),
        ("push", "The serving image could not be pushed"),
    ],
)
def test_a_builder_that_fails_is_told_of_and_leaves_no_login(plan: BuildPlan, verb: str, message: str) -> None:
    (plan.project / "fails").write_text(verb)
    with pytest.raises(TrainyardError, match=message):
        push_containers(plan, ["serving"], REPOSITORY, Ecr(plan.project))
    if verb == "push":
        assert calls(plan.project)[-1]["arguments"][0] == "logout"
