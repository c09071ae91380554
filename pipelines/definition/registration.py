"""The step that registers a model package with its lineage, pending until somebody approves it."""

# The SDK's annotations leave out what its own steps and variables are made for.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

from typing import Any

from sagemaker.core.model_registry import create_model_package_from_containers
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import TrainingStep

from pipelines.definition.jobs import Jobs

_JSON = "application/json"


class _PackageSource:
    """What ModelStep wants to see of a model: the session. The SDK's own builder would download and repack it."""

    def __init__(self, session: Any) -> None:
        self.sagemaker_session = session


def register(
    jobs: Jobs,
    trained: TrainingStep,
    *,
    image: Any,
    evaluation: Any,
    metadata: dict[str, Any],
    card: dict[str, Any],
) -> ModelStep:
    """Return the registration of what `trained` made.

    Args:
        jobs: the service's jobs.
        trained: the training step.
        image: what serves the model.
        evaluation: S3 address of evaluation.json.
        metadata: lineage and metrics: strings of at most 256 characters, or what becomes one when the step runs.
        card: the model card.
    """
    jobs.session.init_model_step_arguments(_PackageSource(jobs.session))
    create_model_package_from_containers(
        jobs.session,
        containers=[
            {"Image": image, "ModelDataUrl": trained.properties.ModelArtifacts.S3ModelArtifacts, "Environment": {}}
        ],
        model_package_group_name=jobs.service.model_package_group,
        content_types=[_JSON],
        response_types=[_JSON],
        inference_instances=[jobs.service.serving.instance_type],
        approval_status="PendingManualApproval",
        model_metrics={"ModelQuality": {"Statistics": {"ContentType": _JSON, "S3Uri": evaluation}}},
        customer_metadata_properties=metadata,
        model_card=card,
    )
    arguments = jobs.session.context
    jobs.session.context = None
    return ModelStep("Register", step_args=arguments, description="Register the model, pending approval")
