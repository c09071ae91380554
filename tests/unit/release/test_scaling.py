from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from tests.unit.release.control_plane import World, refusal
from trainyard.release.scaling import look_at_scaling, note_scaling, variant

WHERE = variant("shop-dev", "live")


def test_what_is_noted_makes_the_same_scaling_again() -> None:
    noted = note_scaling(World(), WHERE)
    assert noted
    suspended = {"DynamicScalingInSuspended": False}
    capacity = {"MinCapacity": 2, "MaxCapacity": 12, "SuspendedState": suspended, "Tags": {"managed-by": "pulumi"}}
    assert noted.target == {**WHERE, **capacity}
    assert [policy["PolicyName"] for policy in noted.policies] == ["aim", "jump"]
    assert [action["ScheduledActionName"] for action in noted.scheduled] == ["night", "day"]
    assert noted.scheduled[0]["EndTime"] == "2027-01-01T00:00:00+00:00"


def test_botocore_accepts_what_was_noted() -> None:
    client = boto3.client(
        "application-autoscaling", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    noted = note_scaling(_Real(), WHERE)
    assert noted
    calls = [
        ("register_scalable_target", noted.target),
        ("put_scaling_policy", noted.policies[0]),
        ("put_scheduled_action", noted.scheduled[0]),
    ]
    with Stubber(client) as stubber:
        for operation, body in calls:
            stubber.add_client_error(operation, "Expected")
            with pytest.raises(ClientError, match="Expected"):
                getattr(client, operation)(**body)


class _Real(World):
    """With a policy as Pulumi makes it."""

    def describe_scaling_policies(self, **_: Any) -> dict[str, Any]:
        metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
        body = {"TargetValue": 1000.0, "PredefinedMetricSpecification": metric, "ScaleInCooldown": 300}
        policy = {"PolicyName": "aim", "PolicyType": "TargetTrackingScaling", "CreationTime": 1}
        return {"ScalingPolicies": [{**policy, "TargetTrackingScalingPolicyConfiguration": body}]}


def test_everything_is_seen_on_however_many_pages() -> None:
    state = look_at_scaling(World(), WHERE, whole=True)
    assert (state.registered, state.policies, state.scheduled) == (True, {"aim", "jump"}, {"night", "day"})


def test_a_variant_that_does_not_scale_has_nothing_to_note() -> None:
    world = World()
    world.scaling = None
    assert note_scaling(world, WHERE) is None
    assert not look_at_scaling(world, WHERE, whole=True).registered


def test_tags_that_cannot_be_read_are_not_given_up() -> None:
    class Denied(World):
        def list_tags_for_resource(self, ResourceARN: str) -> dict[str, Any]:
            raise refusal("AccessDeniedException", "tags")

    with pytest.raises(ClientError, match="tags"):
        note_scaling(Denied(), WHERE)
