"""Taking it all away; last, since the other tests look at what this removes."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.e2e


def test_nothing_is_left_behind(house):
    done = subprocess.run(
        [sys.executable, "-m", "trainyard.demo", "down"],
        cwd=house.path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    facts = json.loads((house.path / "build" / "demo-down" / "summary.json").read_text())["facts"]
    assert [(fact["name"], fact["value"]) for fact in facts] == [("left_behind", 0)], done.stdout[-3000:]
    assert not (house.path / ".trainyard").exists()
