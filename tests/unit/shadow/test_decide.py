from dataclasses import replace
from typing import Any

import pytest

from tests.unit.shadow.plans import plan, record
from trainyard.release.observe import EndpointState
from trainyard.shadow.decide import next_action
from trainyard.shadow.observe import Observed

PLAN = plan()
LIVE = EndpointState(status="InService", config_name="bootstrap", modified="10:00")
WITH = replace(LIVE, config_name=PLAN.config_name, modified="10:05")


def seen(endpoint: EndpointState | None, model: bool = True, config: bool = True) -> Observed:
    return Observed(endpoint=endpoint, model=model, config=config)


@pytest.mark.parametrize(
    ("observed", "kind"),
    [
        (seen(LIVE, model=False, config=False), "create_model"),
        (seen(LIVE, config=False), "create_config"),
        (seen(LIVE), "switch"),
        (seen(replace(LIVE, status="Updating")), "wait"),
        (seen(WITH), "run"),
        (seen(None), "give_up"),
        (seen(replace(LIVE, status="Failed")), "give_up"),
        (seen(replace(LIVE, config_name="somebody's")), "give_up"),
    ],
)
def test_a_start_does_what_is_missing(observed: Observed, kind: str) -> None:
    assert next_action(record(), observed).kind == kind


def test_an_update_that_was_asked_for_and_is_gone_was_rolled_back() -> None:
    asked = record(intent="10:00")
    back = replace(LIVE, modified="10:05", failure_reason="it does not start")
    assert next_action(asked, seen(LIVE)).kind == "switch", "the request was lost"
    action = next_action(asked, seen(back))
    assert (action.kind, action.reason) == ("give_up", "SageMaker rolled the update back: it does not start")


@pytest.mark.parametrize(
    ("observed", "kind"),
    [
        (seen(WITH), "switch_back"),
        (seen(replace(WITH, status="Updating")), "wait"),
        (seen(replace(LIVE, status="UpdateRollbackFailed")), "switch_back"),
        (seen(LIVE), "delete_config"),
        (seen(LIVE, config=False), "delete_model"),
        (seen(LIVE, config=False, model=False), "close"),
        (seen(None), "delete_config"),
        (seen(replace(LIVE, config_name="somebody's")), "delete_config"),
    ],
)
def test_a_stop_takes_away_what_is_there(observed: Observed, kind: str) -> None:
    assert next_action(record(phase="stopping"), observed).kind == kind


def test_a_way_back_that_sagemaker_undoes_is_told_and_not_tried_for_ever() -> None:
    tried: Any = record(phase="stopping", intent="10:05")
    assert next_action(tried, seen(WITH)).kind == "switch_back", "the request was lost"
    action = next_action(tried, seen(replace(WITH, modified="10:09", failure_reason="no capacity")))
    assert action.kind == "stuck"
    assert action.reason == f"shop-dev is InService with {PLAN.config_name}: no capacity"
