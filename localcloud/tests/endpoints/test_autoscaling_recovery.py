"""Tests of scaling that need a cloud of their own: only one can run in a process at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from localcloud.testing import running_cloud

from .conftest import Shop
from .scaled import SPEED, Load, Scaled


def test_a_scale_out_that_cannot_start_its_instances_fails_with_the_reason(tmp_path: Path) -> None:
    with running_cloud(tmp_path, speed=SPEED) as aws:
        shop = Shop(aws)
        shop.endpoint(shop.release("first"))
        scaled = Scaled(shop)
        shop.until(lambda: shop.describe()["EndpointStatus"] == "InService")
        for container in (tmp_path / "images").rglob("serving.py"):
            container.chmod(0o644)
            container.write_text("raise SystemExit('broken')")
        scaled.register(2, 3)
        shop.until(lambda: any(one["StatusCode"] == "Failed" for one in scaled.activities()))
        failed = next(one for one in scaled.activities() if one["StatusCode"] == "Failed")
        assert (
            "Reason: The primary container for production variant live did not pass the ping" in failed["StatusMessage"]
        )


def test_scaling_goes_on_after_a_restart(tmp_path: Path) -> None:
    with running_cloud(tmp_path, speed=SPEED) as aws:
        shop = Shop(aws)
        shop.endpoint(shop.release("first"))
        scaled = Scaled(shop)
        arn = scaled.register(1, 3, Tags={"team": "shop"})
        scaled.track(ScaleInCooldown=0)
        soon = datetime.now(UTC) + timedelta(hours=1)
        scaled.schedule("later", f"at({soon:%Y-%m-%dT%H:%M:%S})", MinCapacity=2)
        with Load(scaled):
            scaled.reaches(3)
        named = [alarm["AlarmName"] for alarm in scaled.alarms()]
    with running_cloud(tmp_path, speed=SPEED) as aws:
        shop = Shop(aws)
        scaled = Scaled(shop)
        assert scaled.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "shop"}
        assert [alarm["AlarmName"] for alarm in scaled.alarms()] == named
        assert scaled.scaling.describe_scheduled_actions(**scaled.where)["ScheduledActions"][0]["Schedule"].startswith(
            "at("
        )
        assert scaled.activities()[-1]["StatusCode"] == "Successful"
        scaled.reaches(1)
