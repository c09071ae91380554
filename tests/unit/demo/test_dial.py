from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.settings import parse
from trainyard.demo.dial import DIALS, PREFIX, Dial, listed, steps, turned, write_turned

ROOT = Path(__file__).parents[3]


def content(environment: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())


@pytest.mark.parametrize("dial", DIALS, ids=lambda dial: dial.title)
def test_each_dial_gets_another_legal_value_of_its_committed_stack_file(dial: Dial):
    before = content(dial.environment)
    after = turned(before, dial.path, dial.value)
    assert after != before == content(dial.environment)
    parse({key.removeprefix(PREFIX): value for key, value in after["config"].items()}, "Pulumi.yaml")


def test_a_dial_that_the_file_does_not_have_is_not_made_up():
    with pytest.raises(KeyError, match=r"retention\.capture_weeks"):
        turned(content("dev"), "retention.capture_weeks", 2)


def test_a_turned_dial_leaves_the_stack_files_alone(tmp_path: Path):
    files = tmp_path / "project"
    files.mkdir()
    (files / "Pulumi.dev.yaml").write_text("config:\n  trainyard:retention: {capture_days: 14}\n")
    made = write_turned(files, tmp_path / "turned", "dev", "retention.capture_days", 15)
    assert yaml.safe_load((made / "Pulumi.dev.yaml").read_text())["config"]["trainyard:retention"]["capture_days"] == 15
    assert "14" in (files / "Pulumi.dev.yaml").read_text()


def test_steps_are_what_would_change():
    urn = "urn:pulumi:dev::trainyard::a$b::{}".format
    preview = {
        "steps": [
            {"urn": urn("kept"), "op": "same"},
            {"urn": urn("read"), "op": "refresh"},
            {"urn": urn("moved"), "op": "update"},
            {"urn": urn("added"), "op": "create"},
        ]
    }
    assert listed(steps(preview)) == ["create added", "update moved"]
    assert steps({}) == {}
