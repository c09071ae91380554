from pathlib import Path

import pytest
import yaml

from trainyard.errors import UsageError
from trainyard.local.project import environments, find_project, stack_file
from trainyard.local.workspace import Workspace


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "settings").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: trainyard\nruntime: python\n")
    for name, account in (("prod", "333333333333"), ("dev", "111111111111"), ("staging", "222222222222")):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(
            f'config:\n  trainyard:account: "{account}"\n  trainyard:zones: 2\n'
        )
    return tmp_path


def scratch(workspace: Workspace, name: str) -> dict[str, dict[str, object]]:
    return yaml.safe_load((workspace.stack_files / f"Pulumi.{name}.yaml").read_text())


def test_only_the_account_differs_in_the_copies(project: Path):
    workspace = Workspace(project)
    workspace.refresh()
    assert scratch(workspace, "dev")["config"] == {"trainyard:account": "000000000001", "trainyard:zones": 2}
    assert scratch(workspace, "prod")["config"]["trainyard:account"] == "000000000003"
    assert yaml.safe_load((workspace.stack_files / "Pulumi.yaml").read_text())["main"] == str(project)


def test_arns_of_the_account_are_taken_along(project: Path):
    arn = "arn:aws:iam::111111111111:role/approver"
    file = project / "Pulumi.dev.yaml"
    file.write_text(file.read_text() + f"  trainyard:approvers: [{arn!r}]\n")
    workspace = Workspace(project)
    workspace.refresh()
    assert scratch(workspace, "dev")["config"]["trainyard:approvers"] == ["arn:aws:iam::000000000001:role/approver"]


def test_the_checkout_is_not_written(project: Path):
    before = {path: path.read_text() for path in project.glob("Pulumi*.yaml")}
    Workspace(project).refresh()
    assert {path: path.read_text() for path in project.glob("Pulumi*.yaml")} == before


def test_what_the_engine_wrote_into_a_copy_is_kept_and_the_dials_are_new(project: Path):
    workspace = Workspace(project)
    workspace.refresh()
    copy = workspace.stack_files / "Pulumi.dev.yaml"
    copy.write_text("encryptionsalt: v1:abc\n" + copy.read_text())
    (project / "Pulumi.dev.yaml").write_text("config:\n  trainyard:zones: 3\n")
    workspace.refresh()
    assert scratch(workspace, "dev")["encryptionsalt"] == "v1:abc"
    assert scratch(workspace, "dev")["config"]["trainyard:zones"] == 3


def test_what_the_engine_wrote_into_the_committed_file_stays_there(project: Path):
    committed = project / "Pulumi.dev.yaml"
    committed.write_text("secretsprovider: awskms://alias/trainyard-state\nencryptedkey: abc\n" + committed.read_text())
    workspace = Workspace(project)
    workspace.refresh()
    assert set(scratch(workspace, "dev")) == {"config"}


def test_environments_are_listed_in_promotion_order(project: Path):
    assert environments(project) == ["dev", "staging", "prod"]


def test_an_unknown_environment_is_refused_with_those_there_are(project: Path):
    with pytest.raises(UsageError, match=r"no environment 'qa'; there are: dev, staging, prod"):
        stack_file(project, "qa")


def test_outside_a_project_the_message_says_so(tmp_path: Path):
    with pytest.raises(UsageError, match="This is no Trainyard project"):
        find_project(tmp_path, {})


def test_the_project_is_found_from_a_folder_below(project: Path):
    assert find_project(project / "stacks", {}) == project


def test_a_stack_file_that_is_no_yaml_is_named_in_one_paragraph(project: Path):
    (project / "Pulumi.dev.yaml").write_text("config: [")
    with pytest.raises(UsageError, match=r"(?s)The stack file is no YAML.*Pulumi\.dev\.yaml.*Correct it there"):
        Workspace(project).refresh()
