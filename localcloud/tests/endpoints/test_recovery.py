import os
from pathlib import Path

import pytest

from localcloud.testing import running_cloud

from .conftest import Shop
from .test_rolling_updates import instances, rolling, stranded, update
from .test_updates import CANARY, Alarms


def test_an_endpoint_serves_again_after_a_restart(tmp_path: Path) -> None:
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        shop.model("first", data="tulips")
        shop.endpoint(shop.config("first"))
        process = shop.ask()["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        assert shop.ask()["model"] == "tulips"
        assert shop.describe()["EndpointStatus"] == "InService"
        assert "FailureReason" not in shop.describe()


def test_an_update_cut_off_by_a_stop_is_rolled_back_and_says_so(tmp_path: Path) -> None:
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        aws.cloud.alarms = Alarms()
        shop.endpoint(shop.release("old", 2))
        shop.release("new", 2)
        slow = {**CANARY["BlueGreenUpdatePolicy"], "TerminationWaitInSeconds": 1700}
        shop.sagemaker.update_endpoint(
            EndpointName="shop", EndpointConfigName="new", DeploymentConfig={**CANARY, "BlueGreenUpdatePolicy": slow}
        )
        shop.until(lambda: shop.ask()["version"] == "new")
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        described = shop.settle()
        assert described["EndpointConfigName"] == "old"
        assert described["FailureReason"] == (
            "The local cloud stopped during the update to endpoint configuration new; "
            "the endpoint was rolled back to what it was before."
        )
        assert "PendingDeploymentSummary" not in described
        assert {shop.ask()["version"] for _ in range(4)} == {"old"}


def test_a_rolling_update_cut_off_between_batches_comes_back_with_the_whole_old_fleet(tmp_path: Path) -> None:
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        aws.cloud.alarms = Alarms()
        shop.endpoint(shop.release("old", 2))
        shop.release("new", 2)
        update(shop, "new", rolling(wait=180))
        shop.until(lambda: instances(shop) == (1, 2))
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        described = shop.settle()
        assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("old", "InService")
        assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
        assert {shop.ask()["version"] for _ in range(4)} == {"old"}


def test_a_mix_comes_back_as_the_old_configuration_alone(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    with running_cloud(tmp_path, speed=60) as aws:
        assert stranded(Shop(aws), marker)["EndpointStatus"] == "UpdateRollbackFailed"
    marker.unlink()
    with running_cloud(tmp_path, speed=60) as aws:
        shop = Shop(aws)
        shop.until(lambda: shop.describe()["EndpointStatus"] == "InService")
        assert shop.describe()["ProductionVariants"][0]["CurrentInstanceCount"] == 2
        assert {shop.ask()["version"] for _ in range(4)} == {"old"}
