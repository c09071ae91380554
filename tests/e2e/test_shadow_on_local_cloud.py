"""The shadow commands against a local cloud that really copies requests to a second fleet."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import typer

from tests.shop.environment import Shop
from trainyard.cli import release, shadow, status
from trainyard.errors import RolledBack, TrainyardError, UsageError
from trainyard.shadow.decide import Action, next_action
from trainyard.sweep import Thing
from trainyard.sweep.needs import of_endpoint

pytestmark = pytest.mark.e2e

REQUESTS = 120


def test_a_shadow_answers_copies_is_compared_and_leaves_what_was_live(shop: Shop) -> None:
    shop.write_outputs(capture_percent=100)
    live, tried = shop.register(), shop.register(SECOND="1")
    shop.start("--model-version", str(live))
    config, before = shop.live_config(), shop.left()
    assert "Dry run: the preflight holds; nothing was changed" in start(shop, tried, "--dry-run").output
    assert shop.left() == before
    start(shop, tried)
    seen = shop.status()
    assert (seen["live_version"], seen["shadow"]["version"], seen["shadow"]["phase"]) == ("1", "2", "running")
    assert seen["open_release"] is None
    assert seen["waiting_dials"] == []
    assert Thing("EndpointConfig", config) in set(of_endpoint(shop.sagemaker, "shop-dev"))
    with pytest.raises(UsageError, match=r"A shadow of shop is open: .* end it with `trainyard shadow stop shop`"):
        shop.start("--same-model")
    for refused in (lambda: start(shop, tried), lambda: shop.call(release.app, "resume", "shop")):
        with pytest.raises(UsageError, match="A shadow of shop is open"):
            refused()
    assert "version 2 running, copies of 100 % of requests" in shop.call(glance(), "shop").output
    assert set(ask(shop)) == {"1"}, "nobody gets the shadow's answers"
    told = report_of(shop)
    for variant in ("production", "shadow"):
        numbers = told["variants"][variant]
        assert (numbers["errors_4xx"], numbers["errors_5xx"]) == (0, 0)
        assert 0 < numbers["latency_p50_ms"] <= numbers["latency_p99_ms"]
    assert (told["pairs"], told["agreement"], told["too_little"]) == (REQUESTS, 1.0, [])
    assert "same products (120 requests)" in shop.call(shadow.app, "report", "shop").output
    stop(shop)
    assert shop.live_config() == config
    assert shop.left() == before
    assert shop.status()["shadow"] is None
    assert "Nothing to do" in stop(shop).output
    assert "Nothing to do" in shop.start("--model-version", str(live)).output, "releases are let in again"


def test_a_shadow_that_does_not_start_is_given_up_and_a_cut_off_one_goes_on_or_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.scale(3)
    before, scaling = shop.left(), shop.scaling()
    dead, good = shop.register(REFUSE_TO_START="1"), shop.register()
    with pytest.raises(RolledBack, match=r"rolled the update back.*ping health check"):
        start(shop, dead)
    assert (shop.live_config(), shop.left(), shop.status()["shadow"]) == ("day0", before, None)
    with monkeypatch.context() as patched:
        patched.setattr("trainyard.shadow.drive.next_action", interrupted_at("switch"))
        with pytest.raises(TrainyardError, match="Interrupted; the shadow of shop version 2 stays starting"):
            start(shop, good)
    with pytest.raises(UsageError, match="and has not run yet"):
        shop.call(shadow.app, "report", "shop")
    assert "would go on; nothing was changed" in start(shop, good, "--dry-run").output
    assert "Create model" not in start(shop, good).output, "it goes on where it was"
    assert counts(shop) == {"live": 3, "shadow": 1}
    stop(shop)
    assert (shop.live_config(), shop.left()) == ("day0", before)
    assert counts(shop) == {"live": 3}
    assert shop.scaling() == scaling


def start(shop: Shop, version: int, *more: str) -> Any:
    return shop.call(shadow.app, "start", "shop", "--model-version", str(version), "--poll-seconds", "0.2", *more)


def stop(shop: Shop) -> Any:
    return shop.call(shadow.app, "stop", "shop", "--poll-seconds", "0.2")


def ask(shop: Shop) -> list[str]:
    """Ask one request after another and return the versions that answered."""
    runtime, versions = shop.client("sagemaker-runtime"), list[str]()
    for number in range(REQUESTS):
        body = json.dumps({"customers": [number], "k": 3})
        answer = runtime.invoke_endpoint(
            EndpointName="shop-dev", ContentType="application/json", Body=body, InferenceId=f"request-{number}"
        )
        versions.append(json.loads(answer["Body"].read())["model_version"])
    return versions


def report_of(shop: Shop) -> dict[str, Any]:
    """Return the report, once metrics and captured data of the last requests are written."""
    deadline = time.monotonic() + 60
    while True:
        told = json.loads(shop.call(shadow.app, "report", "shop", "--json").output)
        counted = [numbers["invocations"] for numbers in told["variants"].values()]
        if counted == [REQUESTS, REQUESTS] and told["pairs"] == REQUESTS:
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.5)


def glance() -> typer.Typer:
    app = typer.Typer()
    status.register(app)
    return app


def counts(shop: Shop) -> dict[str, int]:
    endpoint = shop.sagemaker.describe_endpoint(EndpointName="shop-dev")
    variants = (*endpoint["ProductionVariants"], *endpoint.get("ShadowProductionVariants", ()))
    return {variant["VariantName"]: variant["CurrentInstanceCount"] for variant in variants}


def interrupted_at(kind: str) -> Callable[..., Action]:
    def decide(*arguments: Any) -> Action:
        action = next_action(*arguments)
        if action.kind == kind:
            raise KeyboardInterrupt
        return action

    return decide
