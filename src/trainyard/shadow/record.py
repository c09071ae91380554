"""The record of a shadow: what it wants and how far it is. It lives as long as the shadow does."""

from dataclasses import dataclass
from typing import Any, Literal

from trainyard.shadow.plan import ShadowPlan

Phase = Literal["starting", "running", "stopping"]


@dataclass(frozen=True, kw_only=True)
class ShadowRecord:
    """The `shadow` item of a service."""

    plan: ShadowPlan
    phase: Phase = "starting"
    started: str
    intent: str | None = None
    """The endpoint's last change before UpdateEndpoint was asked for; None before that, and anew with each stop."""
    running_since: float | None = None
    """Epoch seconds since when SageMaker has had it in service."""
    reason: str = ""
    """Why it was given up, where its own start did that."""
    undone: bool = False
    """Whether it was given up after SageMaker had begun to update the endpoint."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON types."""
        plan = self.plan
        return {
            "shadow": plan.shadow_id,
            "service": plan.service,
            "version": plan.version,
            "phase": self.phase,
            "percent": plan.percent,
            "instances": plan.instances,
            "endpoint_config_name": plan.config_name,
            "live_config_name": plan.live_config_name,
            "started": self.started,
            "started_by": plan.started_by,
            "running_since": self.running_since,
        }
