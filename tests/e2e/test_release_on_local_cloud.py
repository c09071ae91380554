"""The release commands against a local cloud whose fleets, metrics and alarms are real."""

import json
import threading
from collections.abc import Callable

import pytest

from tests.shop.environment import Shop
from trainyard.cli import release
from trainyard.errors import RolledBack, TrainyardError, UsageError
from trainyard.release.action import Action, UpdateEndpoint
from trainyard.release.record import Record
from trainyard.release.view import ReleaseView

pytestmark = pytest.mark.e2e


class Traffic:
    """Customers who ask all the time; failures and the versions that answered are kept."""

    def __init__(self, shop: Shop) -> None:
        self.failures: list[str] = []
        self.versions: list[str] = []
        self._runtime = shop.client("sagemaker-runtime")
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._flow) for _ in range(2)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _flow(self) -> None:
        body = json.dumps({"customers": [1], "k": 3})
        while not self._stop.wait(0.05):
            try:
                answer = self._runtime.invoke_endpoint(
                    EndpointName="shop-dev", ContentType="application/json", Body=body
                )
                self.versions.append(json.loads(answer["Body"].read())["model_version"])
            except Exception as error:
                self.failures.append(str(error))


def test_releases_go_live_go_back_and_leave_nothing_but_one_step_back(shop: Shop) -> None:
    first, second = shop.register(), shop.register(SECOND="1")
    with Traffic(shop) as traffic:
        shop.start("--model-version", str(first))
        seen = shop.status()
        assert (seen["live_version"], seen["endpoint_status"], seen["instances"]) == ("1", "InService", 2)
        one = shop.live_config()
        shop.start("--model-version", str(second))
        two = shop.live_config()
        left = shop.left()
        assert left["endpoints"] == {"shop-dev"}
        assert left["configs"] == left["models"] == {"day0", one, two}
        assert len(left["alarms"]) == 5
        assert "Nothing to do" in shop.start("--model-version", str(second)).output
        shop.call(release.app, "rollback", "shop", "--golden", shop.golden, "--poll-seconds", "0.2")
        assert shop.live_config() == one
    assert traffic.failures == []
    assert set(traffic.versions) == {"baseline", "1", "2"}
    listed = json.loads(shop.call(release.app, "list", "shop", "--json").output)
    assert [(row["kind"], row["version"], row["status"]) for row in listed] == [
        ("rollback", "1", "succeeded"),
        ("model", "2", "succeeded"),
        ("model", "1", "succeeded"),
    ]


def test_a_model_that_turns_slow_under_live_traffic_is_undone_and_its_alarm_named(shop: Shop) -> None:
    slow = shop.register(SLOW_WHEN_LIVE="1.2")
    before = shop.left()
    with Traffic(shop) as traffic, pytest.raises(RolledBack) as undone:
        shop.start("--model-version", str(slow))
    assert traffic.failures == []
    assert "latency tripped: Threshold Crossed" in str(undone.value)
    assert "which serves version baseline (day0)" in str(undone.value)
    assert shop.live_config() == "day0"
    assert shop.left() == before
    listed = json.loads(shop.call(release.app, "list", "shop", "--json").output)
    assert (listed[0]["status"], listed[0]["alarm"][-8:]) == ("rolled_back", "-latency")


def test_a_model_that_answers_nonsense_under_live_traffic_is_undone_by_golden_requests(shop: Shop) -> None:
    wears_out = shop.register(BREAKS_AFTER="40")
    before = shop.left()
    with Traffic(shop) as traffic, pytest.raises(RolledBack) as undone:
        shop.start("--model-version", str(wears_out))
    assert traffic.failures == [], "nobody else would have noticed: every answer was a 200"
    assert "-golden tripped: Threshold Crossed" in str(undone.value)
    assert "answered golden requests wrongly: two: customer 1: 10 distinct products expected" in str(undone.value)
    assert shop.live_config() == "day0"
    assert shop.left() == before


def test_an_interrupted_release_keeps_others_out_and_is_resumed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    version = shop.register()
    with monkeypatch.context() as patched:
        patched.setattr(ReleaseView, "show", _interrupt_at(UpdateEndpoint))
        with pytest.raises(TrainyardError, match="Continue it with `trainyard release resume shop`"):
            shop.start("--model-version", str(version))
    opened = shop.status()["open_release"]["release"]
    with pytest.raises(UsageError, match=f"Another release of shop is open: {opened}; nothing was changed"):
        shop.start("--same-model")
    shop.call(release.app, "resume", "shop", "--poll-seconds", "0.2")
    assert shop.status()["live_version"] == str(version)
    assert shop.status()["open_release"] is None


def _interrupt_at(kind: type[Action]) -> Callable[..., None]:
    def show(view: ReleaseView, record: Record, action: Action) -> None:
        if isinstance(action, kind):
            raise KeyboardInterrupt

    return show


def test_bad_models_are_caught_before_anybody_meets_them(shop: Shop) -> None:
    broken, dead = shop.register(BROKEN="1"), shop.register(REFUSE_TO_START="1")
    before = shop.left()
    with pytest.raises(TrainyardError, match="10 distinct products expected"):
        shop.start("--model-version", str(broken))
    with pytest.raises(TrainyardError, match="did not pass the ping health check"):
        shop.start("--model-version", str(dead))
    assert shop.live_config() == "day0"
    assert shop.left() == before


def test_a_release_that_needs_more_instances_than_the_account_may_have_is_refused_and_a_rolling_one_goes(
    shop: Shop,
) -> None:
    version, before = shop.register(), shop.left()
    shop.limit(4)  # two serve, two would come, and one for the smoke tests
    with pytest.raises(TrainyardError, match=r"may run 5 ml\.m5\.large at once, and the account's quota is 4"):
        shop.start("--model-version", str(version))
    assert shop.left() == before
    shop.start("--model-version", str(version), "--strategy", "rolling")
    assert shop.status()["live_version"] == str(version)


def test_dials_wait_for_a_config_only_release_which_applies_them(shop: Shop) -> None:
    shop.write_outputs(environment={"GREETING": "hello"}, capture_percent=20)
    waiting = {dial["name"]: (dial["live"], dial["wanted"]) for dial in shop.status()["waiting_dials"]}
    assert waiting == {"environment.GREETING": ("not set", "hello"), "capture_percent": ("0", "20")}
    shop.start("--same-model")
    seen = shop.status()
    assert seen["waiting_dials"] == []
    assert seen["live_version"] == "baseline"
    captured = shop.sagemaker.describe_endpoint(EndpointName="shop-dev")["DataCaptureConfig"]
    assert (captured["EnableCapture"], captured["CurrentSamplingPercentage"]) == (True, 20)
    model = shop.sagemaker.describe_model(ModelName=shop.live_config())
    assert model["PrimaryContainer"]["Environment"] == {
        "FROM": "day 0",
        "GREETING": "hello",
        "MODEL_VERSION": "baseline",
    }


def test_ten_autoscaled_instances_stay_ten_through_linear_steps_to_another_instance_type(shop: Shop) -> None:
    shop.scale(10)
    before = shop.scaling()
    shop.write_outputs(instance_type="ml.c5.large", maximum_instances=12)
    with Traffic(shop) as traffic:
        told = shop.start("--same-model", "--strategy", "linear").output
    assert traffic.failures == []
    assert "linear: 5, 10 of 10 instances" in told
    assert "21 ml.c5.large" not in told, "the old fleet has another type, so another quota"
    assert "11 ml.c5.large at once, of 100 that the account may have behind all of its endpoints" in told
    endpoint = shop.sagemaker.describe_endpoint(EndpointName="shop-dev")
    assert endpoint["ProductionVariants"][0]["CurrentInstanceCount"] == 10
    (variant,) = shop.sagemaker.describe_endpoint_config(EndpointConfigName=shop.live_config())["ProductionVariants"]
    assert variant["InstanceType"] == "ml.c5.large"
    assert shop.scaling() == before


def test_another_instance_type_that_is_rolled_back_leaves_scaling_as_it_was(shop: Shop) -> None:
    shop.scale(2)
    before = shop.scaling()
    shop.write_outputs(instance_type="ml.c5.large")
    slow = shop.register(SLOW_WHEN_LIVE="1.2")
    with Traffic(shop) as traffic, pytest.raises(RolledBack, match="latency tripped"):
        shop.start("--model-version", str(slow))
    assert traffic.failures == []
    assert shop.live_config() == "day0"
    assert shop.scaling() == before


def test_wrong_input_changes_nothing(shop: Shop) -> None:
    before = shop.left()
    with pytest.raises(UsageError, match="no version 9"):
        shop.start("--model-version", "9")
    with pytest.raises(UsageError, match="either --model-version N or --same-model"):
        shop.start()
    with pytest.raises(UsageError, match="no model service 'shoe'"):
        shop.call(release.app, "start", "shoe", "--model-version", "1")
    with pytest.raises(UsageError, match="cannot go back"):
        shop.call(release.app, "rollback", "shop")
    with pytest.raises(UsageError, match="No release of shop is open"):
        shop.call(release.app, "resume", "shop")
    version = shop.register()
    assert "Dry run: the preflight holds" in shop.start("--model-version", str(version), "--dry-run").output
    assert shop.left() == before
