"""The stack file of a verification: a committed one made as small and as cheap as its rules allow. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

ENVIRONMENT = "verify"

_SHORTEST = {
    "noncurrent_version_days": 1,
    "capture_days": 1,
    "access_log_days": 1,
    "container_log_days": 1,
    "untagged_image_days": 1,
    "key_deletion_days": 7,
}
"""As little as AWS allows."""

_LENIENT = {
    "minimum_ratio": 0.01,
    "confidence": 0.0,
    "minimum_slice_customers": 1,
    "maximum_slice_loss": 1,
    "minimum_map_at_10": 0,
    "minimum_coverage": 0,
    "maximum_latency_ms": 1000,
}
"""A model of a few simulated orders need not be good: what is verified is the way, not the model."""

Price = Callable[[str], float | None]
"""Returns an instance type's price an hour, or None where it is not known."""


def verification(committed: Mapping[str, Any], account: str, region: str, price: Price) -> dict[str, Any]:
    """Return the stack file's content for an account and a region.

    Args:
        committed: what the stack file to start from says.
        account: of the caller.
        region: of the caller.
        price: by which the cheapest of the approved instance types is chosen.
    """
    config = dict(committed["config"])
    types = config["trainyard:approved_instance_types"]
    service = dict(config["trainyard:services"][0])
    return {
        "config": {
            **config,
            "trainyard:account": account,
            "trainyard:region": region,
            "trainyard:deletion_protection": False,
            "trainyard:network": {**config["trainyard:network"], "zones": config["trainyard:network"]["zones"][:1]},
            "trainyard:retention": {**config["trainyard:retention"], **_SHORTEST},
            # An account that nobody has prepared has no boundary to give.
            "trainyard:permissions_boundary": "",
            "trainyard:people": {"approvers": [], "releasers": []},
            "trainyard:notifications": {**config["trainyard:notifications"], "emails": []},
            "trainyard:services": [_smallest(service, cheapest(types, price))],
        }
    }


def cheapest(types: Sequence[str], price: Price) -> str:
    """Return the cheapest type; those without a price come last, in the file's order."""
    known = {one: price(one) for one in types}
    return min(types, key=lambda one: (known[one] is None, known[one] or 0.0))


def _smallest(service: Mapping[str, Any], instance_type: str) -> dict[str, Any]:
    one = {"instance_count": 1, "minimum_instances": 1, "maximum_instances": 1}
    return {
        **service,
        "training": {
            **service["training"],
            "instance_type": instance_type,
            "fallback_instance_types": [],
            "processing_instance_type": instance_type,
            "instance_count": 1,
            "volume_gib": 10,
            "spot": False,
        },
        "serving": {
            **service["serving"],
            "instance_type": instance_type,
            **one,
            "night": {**service["serving"]["night"], "enabled": False},
        },
        # A canary takes whole instances, and there is one.
        "strategy": {**service["strategy"], "type": "all_at_once", "bake_seconds": 60},
        "gate": {**service["gate"], **_LENIENT},
    }
