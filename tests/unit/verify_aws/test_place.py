import stat
from pathlib import Path

import pytest

from trainyard.provision import STACK_FILES
from trainyard.verify_aws.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "Pulumi.yaml").write_text("name: trainyard\nruntime: python\n")
    return Place(tmp_path)


def test_it_is_open_from_its_first_line_until_nothing_is_left(place: Place):
    assert place.open_for() is None
    place.open("444444444444", "us-east-1", {"config": {}})
    assert place.open_for() == ("444444444444", "us-east-1")
    place.close()
    assert place.open_for() is None


def test_the_engine_gets_a_backend_and_a_passphrase_of_its_own(place: Place):
    place.open("444444444444", "us-east-1", {"config": {}})
    of_user = {"PULUMI_BACKEND_URL": "s3://state", "PULUMI_CONFIG_PASSPHRASE_FILE": "/secret", "AWS_PROFILE": "mine"}
    variables = place.variables(of_user, "us-east-1")
    assert variables["PULUMI_BACKEND_URL"] == f"file://{place.root / 'state'}"
    assert variables[STACK_FILES] == str(place.stack_file.parent)
    assert len(variables["PULUMI_CONFIG_PASSPHRASE"]) == 32
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in variables, "it would win over the passphrase"
    assert variables["AWS_PROFILE"] == "mine"


def test_only_its_owner_reads_the_passphrase(place: Place):
    place.open("444444444444", "us-east-1", {"config": {}})
    assert stat.S_IMODE((place.root / "passphrase").stat().st_mode) == 0o600
