import subprocess
from pathlib import Path

from trainyard.demo.records import clone


def repository(folder: Path) -> Path:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: trainyard\n")
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "as it was")):
        subprocess.run(("git", *command), cwd=folder, check=True)
    return folder


def test_a_clone_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    project, said = repository(tmp_path / "project"), list[str]()
    for _ in range(2):
        assert clone(project, tmp_path / "clone", said.append)
        assert (tmp_path / "clone" / "Pulumi.yaml").exists()
        (tmp_path / "clone" / "left").touch()
    assert said == []


def test_a_folder_without_history_is_told_of(tmp_path: Path) -> None:
    said = list[str]()
    (tmp_path / "unpacked").mkdir()
    assert not clone(tmp_path / "unpacked", tmp_path / "clone", said.append)
    assert said[0].startswith("No version of the data is kept: ")
