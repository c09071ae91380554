"""A shadow to start from: version 4 of the service `shop` beside its live config."""

from dataclasses import replace
from typing import Any

from tests.unit.release.plans import plan as release_plan
from trainyard.shadow.plan import ShadowPlan
from trainyard.shadow.record import ShadowRecord

VARIANT = {
    "VariantName": "live",
    "ModelName": "bootstrap-model",
    "InstanceType": "ml.m5.large",
    "InitialInstanceCount": 2,
    "InitialVariantWeight": 1.0,
}
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 10,
    "DestinationS3Uri": "s3://capture/shop",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}


def plan(**changes: Any) -> ShadowPlan:
    """Return a shadow of one instance that gets every fifth request."""
    live = release_plan()
    whole = ShadowPlan(
        environment="dev",
        service="shop",
        shadow_id="shadow#20261123T120000Z-0001",
        endpoint_name="shop-dev",
        variant_name="live",
        version="4",
        model_package_arn="arn:aws:sagemaker:eu-west-1:000000000001:model-package/shop-dev/4",
        container=live.container,
        fleet=live.fleet,
        live_config_name="bootstrap",
        live_config={"ProductionVariants": [VARIANT], "DataCaptureConfig": CAPTURE},
        production_weight=1.0,
        instances=1,
        percent=20,
        strategy=live.strategy,
        endpoint_alarms=("shop-dev-5xx",),
        started_by="ana",
    )
    return replace(whole, **changes)


def record(**changes: Any) -> ShadowRecord:
    """Return the record of the shadow that has just been opened."""
    return replace(ShadowRecord(plan=plan(), started="2026-11-23T12:00:00+00:00"), **changes)
