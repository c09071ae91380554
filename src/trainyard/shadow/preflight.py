"""What must be true before a shadow may change anything. Pure.

A version that waits for approval may be a shadow: its answers reach nobody, and they are what an approver wants to see.
"""

from collections.abc import Mapping

from trainyard.release.observe import AlarmState, EndpointState
from trainyard.release.plan import NAME_LIMIT
from trainyard.release.quota import Quota
from trainyard.shadow.plan import VARIANT, ShadowPlan


def problems(
    plan: ShadowPlan,
    endpoint: EndpointState,
    *,
    live_version: str,
    package_status: str,
    alarms: Mapping[str, AlarmState],
    quota: Quota | None,
    needed: int,
) -> list[str]:
    """Return why the shadow may not start, one sentence each; empty when it may.

    Args:
        plan: what is wanted.
        endpoint: as it is.
        live_version: the version that serves.
        package_status: ModelApprovalStatus of the version that is to be tried.
        alarms: the endpoint-wide ones that exist.
        quota: of instances of production's type behind endpoints.
        needed: how many of them there would be at once.
    """
    found: list[str] = []
    if endpoint.status != "InService":
        told = f"Endpoint {plan.endpoint_name} is {endpoint.status}, not InService {endpoint.failure_reason}"
        found.append(told.strip())
    if plan.version == live_version:
        found.append(f"Version {plan.version} is live, so there is nothing to compare it with")
    if package_status == "Rejected":
        found.append(f"Version {plan.version} of {plan.service} is rejected in the registry")
    if len(plan.config_name) > NAME_LIMIT:
        found.append(
            f"Name {plan.config_name} is longer than SageMaker's {NAME_LIMIT} characters; shorten the service's name"
        )
    return [*found, *_excluded(plan), *_alarms(plan, alarms), *_quota(plan, quota, needed)]


def _excluded(plan: ShadowPlan) -> list[str]:
    """Name what SageMaker excludes (its guide, "Shadow variants" and "Exclusions" of shadow tests)."""
    variants = plan.live_config["ProductionVariants"]
    if len(variants) != 1:
        return [f"A shadow stands beside one production variant, and {plan.live_config_name} has {len(variants)}"]
    name = variants[0]["VariantName"]
    excluded = {
        "serverless inference": "ServerlessConfig" in variants[0],
        "asynchronous inference": "AsyncInferenceConfig" in plan.live_config,
        "Inf1 instances": plan.instance_type.startswith("ml.inf1."),
    }
    found = [
        f"SageMaker has no shadows with {what}, which {plan.live_config_name} uses"
        for what in excluded
        if excluded[what]
    ]
    if name == VARIANT:
        found.append(f"The production variant is itself named {VARIANT!r}; a shadow needs another name")
    return found


def _alarms(plan: ShadowPlan, alarms: Mapping[str, AlarmState]) -> list[str]:
    found = [
        f"Alarm {name}, which should watch the endpoint, does not exist; `pulumi up` makes it"
        for name in plan.endpoint_alarms
        if name not in alarms
    ]
    ringing = [name for name in plan.endpoint_alarms if name in alarms and alarms[name].state == "ALARM"]
    return [*found, *(f"Alarm {name} is in ALARM: {alarms[name].reason}" for name in ringing)]


def _quota(plan: ShadowPlan, quota: Quota | None, needed: int) -> list[str]:
    if quota is None or quota.allowed is None or needed <= quota.allowed:
        return []
    return [
        f"The shadow's coming may run {needed} {plan.instance_type} at once, and the account's quota is "
        f"{quota.allowed}; ask Service Quotas to raise `{quota.name}`"
    ]
