"""Production variants as `DescribeEndpoint` tells them, and what a new fleet takes over from the old one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.errors import ValidationError
from localcloud.store import Document

_REFUSED_IN_CONFIG = {
    "AsyncInferenceConfig": "asynchronous inference",
    "ExplainerConfig": "explainers",
}


@dataclass(frozen=True, kw_only=True)
class VariantTarget:
    """How many instances a variant shall have, and its weight."""

    count: int
    weight: float


def check_emulated(config: Mapping[str, Any]) -> None:
    """Refuse endpoint configurations that the local cloud would only pretend to serve.

    Raises:
        ValidationError: asynchronous, serverless or inference-component variants, or an explainer.
    """
    name = config["EndpointConfigName"]
    for field, words in _REFUSED_IN_CONFIG.items():
        if config.get(field):
            raise ValidationError(
                f"Endpoint configuration {name} asks for {words}, which the local cloud cannot serve."
            )
    for variant in variants_of(config):
        if "ServerlessConfig" in variant or "ModelName" not in variant:
            raise ValidationError(
                f"Variant {variant['VariantName']} of endpoint configuration {name} is serverless or has no model; the "
                "local cloud serves variants of instances with one model each."
            )


def variants_of(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return all variants of a configuration, or of an endpoint's description: production variants, then shadows."""
    return [*config.get("ProductionVariants", ()), *config.get("ShadowProductionVariants", ())]


def shadow_names(config: Mapping[str, Any]) -> set[str]:
    """Return the names of a configuration's (or a description's) shadow variants."""
    return {variant["VariantName"] for variant in config.get("ShadowProductionVariants", ())}


def production_names(config: Mapping[str, Any]) -> list[str]:
    """Return the names of a configuration's (or a description's) production variants."""
    return [variant["VariantName"] for variant in config.get("ProductionVariants", ())]


def sorted_variants(config: Mapping[str, Any], described: Sequence[Document]) -> Document:
    """Return described variants as ProductionVariants and, if there are any, ShadowProductionVariants."""
    shadows = shadow_names(config)
    apart = [variant for variant in described if variant["VariantName"] in shadows]
    production = [variant for variant in described if variant["VariantName"] not in shadows]
    return {"ProductionVariants": production, **({"ShadowProductionVariants": apart} if apart else {})}


def targets_of(config: Mapping[str, Any]) -> dict[str, VariantTarget]:
    """Return the counts and weights that an endpoint configuration asks for."""
    return {
        variant["VariantName"]: VariantTarget(
            count=int(variant.get("InitialInstanceCount", 1)), weight=float(variant.get("InitialVariantWeight", 1.0))
        )
        for variant in variants_of(config)
    }


def current_targets(endpoint: Mapping[str, Any]) -> dict[str, VariantTarget]:
    """Return the desired counts and weights of an endpoint's variants, as it is described."""
    return {
        variant["VariantName"]: VariantTarget(count=variant["DesiredInstanceCount"], weight=variant["DesiredWeight"])
        for variant in variants_of(endpoint)
    }


def counts_of(targets: Mapping[str, VariantTarget]) -> dict[str, int]:
    """Return the instances that each variant shall have."""
    return {name: target.count for name, target in targets.items()}


def production_counts(config: Mapping[str, Any], targets: Mapping[str, VariantTarget]) -> dict[str, int]:
    """Return the instances that each production variant of a configuration shall have."""
    return {name: targets[name].count for name in production_names(config)}


def retained_targets(
    asked: Mapping[str, VariantTarget], current: Mapping[str, VariantTarget], excluded: Collection[str]
) -> dict[str, VariantTarget]:
    """Return the targets of an update with RetainAllVariantProperties.

    Args:
        asked: what the new configuration says.
        current: what the endpoint has now; the same production variants.
        excluded: property types taken from the new configuration all the same.
    """
    kept = {**asked, **current}
    return {
        name: VariantTarget(
            count=asked[name].count if "DesiredInstanceCount" in excluded else kept[name].count,
            weight=asked[name].weight if "DesiredWeight" in excluded else kept[name].weight,
        )
        for name in asked
    }


def retained_capture(config: Mapping[str, Any], current: Mapping[str, Any], excluded: Collection[str]) -> Document:
    """Return the new configuration as an update with RetainAllVariantProperties deploys it: with the old capture.

    AWS's reference names `DataCaptureConfig` among the retained properties and adds that it is "not currently
    supported". The strictest reading is taken: who wants the new capture has to exclude the old one by name.
    """
    if "DataCaptureConfig" in excluded:
        return dict(config)
    kept = {key: value for key, value in config.items() if key != "DataCaptureConfig"}
    return {**kept, **({"DataCaptureConfig": current["DataCaptureConfig"]} if "DataCaptureConfig" in current else {})}


def instance_types(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the instance type of each variant of a configuration."""
    return {variant["VariantName"]: variant.get("InstanceType", "") for variant in variants_of(config)}


def describe_variant(
    name: str,
    target: VariantTarget,
    *,
    current_count: int,
    images: Sequence[Document] = (),
    status: tuple[str, str, datetime] | None = None,
) -> Document:
    """Return a ProductionVariantSummary; `status` is a stage, its message and when it began."""
    summary: Document = {
        "VariantName": name,
        "CurrentWeight": target.weight,
        "DesiredWeight": target.weight,
        "CurrentInstanceCount": current_count,
        "DesiredInstanceCount": target.count,
    }
    if images:
        summary["DeployedImages"] = list(images)
    if status:
        stage, message, began = status
        summary["VariantStatus"] = [{"Status": stage, "StatusMessage": message, "StartTime": began}]
    return summary


def describe_capture(config: Mapping[str, Any]) -> Document | None:
    """Return the DataCaptureConfigSummary of an endpoint configuration, or None without capture."""
    capture = config.get("DataCaptureConfig")
    if not capture:
        return None
    enabled = capture.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }
