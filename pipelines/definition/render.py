"""A pipeline definition as text: the same code and the same environment always give the same bytes."""

import json
from typing import Any

from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipelines.capacity import written
from pipelines.definition.jobs import Jobs
from pipelines.definition.offline import offline_session
from pipelines.definition.steps import training_run
from pipelines.definition.tracking import tracking_environment
from pipelines.parameters import (
    ACCEPTED_URI,
    CHAMPION_URI,
    CODE_COMMIT,
    DIALS,
    FALLBACK_INSTANCE_TYPES,
    IMAGE_URI,
    LACKING_INSTANCE_TYPES,
    NO_TYPES,
    ORDERS_URI,
    RUN,
    SERVING_IMAGE_URI,
    STARTED_BY,
    TRAINING_INSTANCE_TYPE,
)
from stacks.outputs import PlatformOutputs, ServiceOutputs, Training

_REQUIRED = (RUN, ORDERS_URI, ACCEPTED_URI, CHAMPION_URI, IMAGE_URI, SERVING_IMAGE_URI)


def render(platform: PlatformOutputs, service: ServiceOutputs) -> str:
    """Return the training pipeline of a service in an environment, as canonical JSON. Sends nothing to AWS."""
    parameters = _parameters(service.training)
    session = offline_session(region=platform.region, bucket=platform.buckets.artifacts)
    jobs = Jobs(
        session=session,
        platform=platform,
        service=service,
        image=parameters[IMAGE_URI],
        environment=tracking_environment(platform, service, parameters),
    )
    definition = Pipeline(
        name=service.pipeline_name,
        parameters=list(parameters.values()),
        steps=training_run(jobs, parameters),
        sagemaker_session=session,
    ).definition()
    return json.dumps(_without_nulls(json.loads(definition)), sort_keys=True, separators=(",", ":"))


def _parameters(training: Training) -> dict[str, ParameterString]:
    required = [ParameterString(name=name) for name in _REQUIRED]
    optional = [ParameterString(name=name, default_value="unknown") for name in (CODE_COMMIT, STARTED_BY)]
    types = {
        TRAINING_INSTANCE_TYPE: training.instance_type,
        FALLBACK_INSTANCE_TYPES: written(training.fallback_instance_types),
        LACKING_INSTANCE_TYPES: NO_TYPES,
    }
    instances = [ParameterString(name=name, default_value=value) for name, value in types.items()]
    dials = [ParameterString(name=dial.parameter, default_value=dial.default) for dial in DIALS]
    return {parameter.name: parameter for parameter in (*required, *optional, *instances, *dials)}


def _without_nulls(value: Any) -> Any:
    """Drop members without a value: the definition's schema has no null."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
