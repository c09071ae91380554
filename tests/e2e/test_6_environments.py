"""Three environments side by side: what `make demo-envs` promises, fact by fact."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import BIN, checkout

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any], str]]:
    path = checkout(tmp_path_factory.mktemp("environments") / "checkout")
    command = [sys.executable, "-m", "trainyard.demo", "envs"]
    try:
        done = subprocess.run(command, cwd=path, capture_output=True, text=True, check=False, timeout=1400)
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        summary = json.loads((path / "build" / "demo-envs" / "summary.json").read_text())
        yield path, {fact["name"]: fact for fact in summary["facts"]}, done.stdout
    finally:
        subprocess.run([BIN / "trainyard", "local", "stop"], cwd=path, check=False)


@pytest.mark.parametrize(
    "name",
    [
        "second_preview_changes",
        "promoted",
        "live_config_kept",
        "one_dial_changes",
        "cross_environment_refused",
        "left_behind",
        "git_status_clean",
    ],
)
def test_the_three_environments_keep_their_promise(told, name: str):
    _, facts, story = told
    fact = facts[name]
    assert fact["met"] is True, f"{name} is {fact['value']}, not {fact['target']}; the end: {story[-3000:]}"


def test_each_stack_is_previewed_three_times(told):
    previews = told[1]["second_preview_changes"]["value"]
    assert {name.split(" ", 1)[0] for name in previews} == {"dev", "staging", "prod"}
    assert len(previews) == 9


def test_the_model_of_the_first_environment_is_live_in_all_of_them(told):
    live = told[1]["promoted"]["value"]
    assert list(live) == ["dev", "staging", "prod"]
    assert len({one.partition(", sha256 ")[2] for one in live.values()}) == 1
    assert all(len(one.partition(", sha256 ")[2]) == 64 for one in live.values())
    assert "model promote recommender --from staging --to prod" in told[2]
    assert "--by somebody else" in told[2], "prod asks for two people"


def test_every_kind_of_crossing_is_tried(told):
    attempts = told[1]["cross_environment_refused"]["target"]
    assert set(attempts) == {"settings", "credentials", "ARNs", "buckets", "models", "keys"}
    assert min(attempts.values()) >= 5


def test_a_dial_changes_exactly_these_resources(told):
    assert told[1]["one_dial_changes"]["value"] == {
        "dev services.0.serving.maximum_instances": [
            "update outputs-service-recommender",
            "update recommender-scaling",
        ],
        "dev services.0.endpoint_thresholds.latency_p99_ms": ["update recommender-alarms-latency"],
        "staging retention.capture_days": ["update data-capture-lifecycle"],
        "prod notifications.emails": ["create notifications-email-d876c66b"],
        "prod services.0.training.volume_gib": ["update outputs-service-recommender"],
    }


def test_what_is_protected_is_listed_and_stays(told):
    kept = told[1]["protected"]["value"]
    assert {line.split(":", 1)[0] for line in kept} == {"staging", "prod"}
    assert "prod: sagemaker: recommender-prod" in kept
    assert "prod: dynamodb: trainyard-prod-deployments" in kept


def test_nothing_keeps_running_or_lying_about(told):
    assert not (told[0] / ".trainyard").exists()
