"""The decision: from a shadow's record and what AWS shows, the one next action. Pure.

As in a release, every branch asks what is, and not what was called; only the effect of UpdateEndpoint can be gone
again, when SageMaker rolls back, so its intent is recorded before.
"""

from dataclasses import dataclass
from typing import Literal

from trainyard.release.observe import EndpointState
from trainyard.release.watch import CHANGING
from trainyard.shadow.observe import Observed
from trainyard.shadow.record import ShadowRecord

Kind = Literal[
    "wait",
    "create_model",
    "create_config",
    "switch",
    "run",
    "give_up",
    "switch_back",
    "stuck",
    "delete_config",
    "delete_model",
    "close",
]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do next. `text` is what the operator reads; `reason` is of `give_up` and `stuck`."""

    kind: Kind
    text: str
    reason: str = ""


def next_action(record: ShadowRecord, observed: Observed) -> Action:
    """Return what to do next with a shadow that starts or stops."""
    if record.phase == "stopping":
        return _toward_end(record, observed)
    endpoint = observed.endpoint
    if endpoint is None:
        return _give_up(f"Endpoint {record.plan.endpoint_name} is gone")
    if endpoint.status in CHANGING:
        return _wait(endpoint)
    return _toward_running(record, endpoint, observed)


def _toward_running(record: ShadowRecord, endpoint: EndpointState, observed: Observed) -> Action:
    plan = record.plan
    told = f": {endpoint.failure_reason}" if endpoint.failure_reason else ""
    if endpoint.status != "InService":
        return _give_up(f"Endpoint {plan.endpoint_name} is {endpoint.status}{told}")
    if endpoint.config_name == plan.config_name:
        return Action(kind="run", text=f"{plan.endpoint_name} copies {plan.percent} % of its requests to the shadow")
    if endpoint.config_name != plan.live_config_name:
        return _give_up(f"{plan.endpoint_name} moved from {plan.live_config_name} to {endpoint.config_name} meanwhile")
    if record.intent not in (None, endpoint.modified):
        return _give_up(f"SageMaker rolled the update back{told}")
    if not observed.model:
        return Action(kind="create_model", text=f"Create model {plan.model_name}")
    if not observed.config:
        return Action(kind="create_config", text=f"Create endpoint config {plan.config_name}")
    return Action(kind="switch", text=f"Update {plan.endpoint_name} to {plan.config_name}, all at once")


def _toward_end(record: ShadowRecord, observed: Observed) -> Action:
    plan, endpoint = record.plan, observed.endpoint
    if endpoint and endpoint.status in CHANGING:
        return _wait(endpoint)
    if endpoint and (endpoint.config_name == plan.config_name or endpoint.status == "UpdateRollbackFailed"):
        return _switch_back(record, endpoint)
    if observed.config:
        return Action(kind="delete_config", text=f"Delete endpoint config {plan.config_name}")
    if observed.model:
        return Action(kind="delete_model", text=f"Delete model {plan.model_name}")
    return Action(kind="close", text="Close the record")


def _switch_back(record: ShadowRecord, endpoint: EndpointState) -> Action:
    plan = record.plan
    if record.intent in (None, endpoint.modified):
        return Action(kind="switch_back", text=f"Update {plan.endpoint_name} back to {plan.live_config_name}")
    reason = f"{plan.endpoint_name} is {endpoint.status} with {endpoint.config_name}: {endpoint.failure_reason}"
    return Action(kind="stuck", text="SageMaker did not go back", reason=reason.removesuffix(": "))


def _wait(endpoint: EndpointState) -> Action:
    doing = f", {endpoint.activity}" if endpoint.activity else ""
    return Action(kind="wait", text=f"Endpoint is {endpoint.status}{doing}")


def _give_up(reason: str) -> Action:
    return Action(kind="give_up", text=f"Give up: {reason}", reason=reason)
