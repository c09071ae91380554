"""Another instance type, undone and then released and taken back: scaling comes off and on, and Pulumi sees nothing.

SageMaker refuses to change the type of a variant that is registered for autoscaling, so a release takes the target,
its policies and its scheduled actions away and makes them again; all of these are resources of Pulumi's.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from trainyard.demo.traffic import Traffic

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SLOW_VERSION = "2"
"""The story's model that turns slow under live traffic."""


class Environment:
    """The told environment with its stack file in hand."""

    def __init__(self, house: Any) -> None:
        self.house = house
        self.file = house.path / "Pulumi.dev.yaml"
        self.committed = self.file.read_text()

    def up(self, **dials: Any) -> None:
        """Bring the environment up with dials of `serving` changed from what is committed."""
        content = yaml.safe_load(self.committed)
        content["config"]["trainyard:services"][0]["serving"] |= dials
        self.file.write_text(yaml.safe_dump(content, sort_keys=False) if dials else self.committed)
        self.trainyard("up", "--yes")

    def trainyard(self, *command: str, code: int = 0) -> str:
        """Run a command, expect its exit code, and return what it said."""
        done = self.house.run("trainyard", *command)
        assert done.returncode == code, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return " ".join((done.stdout + done.stderr).split())

    def traffic(self) -> Traffic:
        """Return customers who ask as long as it is entered."""
        return Traffic(self.house.client("sagemaker-runtime"), "recommender-dev", [12583, 13047])

    def live_type(self) -> str:
        """Return the instance type of the endpoint's live config."""
        sagemaker = self.house.client("sagemaker")
        config = sagemaker.describe_endpoint(EndpointName="recommender-dev")["EndpointConfigName"]
        return sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]["InstanceType"]

    def scaling(self) -> dict[str, Any]:
        """Return the variant's target, policies and scheduled actions, without what AWS makes anew each time."""
        client, where = self.house.client("application-autoscaling"), {"ServiceNamespace": "sagemaker"}
        new = ("CreationTime", "PolicyARN", "ScheduledActionARN", "Alarms", "ScalableTargetARN")
        found = {
            "targets": client.describe_scalable_targets(**where)["ScalableTargets"],
            "policies": client.describe_scaling_policies(**where)["ScalingPolicies"],
            "scheduled": client.describe_scheduled_actions(**where)["ScheduledActions"],
        }
        return {
            kind: sorted(
                ({key: value for key, value in one.items() if key not in new} for one in several),
                key=str,
            )
            for kind, several in found.items()
        }


@pytest.fixture(scope="module")
def environment(house: Any) -> Iterator[Environment]:
    environment = Environment(house)
    try:
        yield environment
    finally:
        environment.file.write_text(environment.committed)


def test_an_undone_change_of_the_instance_type_shows_no_changes_afterwards(environment: Environment) -> None:
    before = environment.scaling()
    assert [len(before[kind]) for kind in ("targets", "policies", "scheduled")] == [1, 1, 2]
    environment.up(instance_type="ml.m5.xlarge")
    with environment.traffic():
        said = environment.trainyard("release", "start", "recommender", "--version", SLOW_VERSION, code=4)
    assert "off autoscaling" in said
    assert "Threshold Crossed" in said
    assert environment.live_type() == "ml.m5.large"
    assert environment.scaling() == before
    environment.trainyard("preview", "--refresh", "--expect-no-changes")


def test_a_released_instance_type_and_the_way_back_show_no_changes_either(environment: Environment) -> None:
    before = environment.scaling()
    environment.up(instance_type="ml.m5.xlarge")
    assert "off autoscaling" in environment.trainyard("release", "start", "recommender", "--same-model")
    assert environment.live_type() == "ml.m5.xlarge"
    assert environment.scaling() == before
    environment.trainyard("preview", "--refresh", "--expect-no-changes")

    environment.up()
    environment.trainyard("release", "rollback", "recommender")
    assert environment.live_type() == "ml.m5.large"
    assert environment.scaling() == before
    environment.trainyard("preview", "--refresh", "--expect-no-changes")
