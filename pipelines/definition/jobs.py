"""How this platform's jobs look, whatever they do: roles, network, keys, instances, tags and retries."""

# The SDK's annotations leave out what its own steps and variables are made for.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.train.configs import (
    CheckpointConfig,
    Compute,
    InputData,
    MetricDefinition,
    Networking,
    OutputDataConfig,
    StoppingCondition,
    Tag,
)
from sagemaker.train.model_trainer import ModelTrainer

from stacks.instance_storage import has_local_storage
from stacks.outputs import PlatformOutputs, ServiceOutputs

_PROCESSING = "/opt/ml/processing"
_ATTEMPTS = 4
"""How often a step is tried again."""
_BEFORE_FALLBACK = 1
"""The same where another instance type may take over: waiting for this one would cost a quarter of an hour."""
_SPOT_PATIENCE = 2
"""A spot job may wait for instances, at its start and after interruptions, as long again as it may train."""


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """Makes steps of one service's jobs in one environment."""

    session: PipelineSession
    platform: PlatformOutputs
    service: ServiceOutputs
    image: ParameterString
    environment: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Variables of every job, beside those of its image."""

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every job."""
        return {
            "managed-by": "trainyard-pipeline",
            "trainyard-environment": self.platform.environment,
            "trainyard-service": self.service.name,
        }

    def processing(
        self,
        name: str,
        description: str,
        entrypoint: Sequence[str],
        *,
        inputs: Mapping[str, Any],
        output: str,
        target: Any,
        others: Mapping[str, Any] | None = None,
        arguments: Sequence[str | ParameterString] = (),
        property_file: str | None = None,
        after: Sequence[str] = (),
    ) -> ProcessingStep:
        """Return a processing step.

        Args:
            name: of the step.
            description: one sentence for the console.
            entrypoint: the container's command.
            inputs: S3 address by the name of the folder below /opt/ml/processing/input.
            output: name of the folder below /opt/ml/processing/output, and of the output.
            target: S3 address of that output.
            others: S3 address by name of further outputs.
            arguments: the command's arguments.
            property_file: a JSON file of the output that later steps read; its name without suffix is its handle.
            after: steps that have to succeed first, beyond those whose outputs are read.
        """
        run = self._processor(entrypoint).run(
            inputs=[_s3_input(folder, uri) for folder, uri in inputs.items()],
            outputs=[_s3_output(folder, uri) for folder, uri in ({output: target} | dict(others or {})).items()],
            arguments=list(arguments) or None,
        )
        file = PropertyFile(name=output, output_name=output, path=property_file) if property_file else None
        return ProcessingStep(
            name,
            step_args=run,
            description=description,
            property_files=[file] if file else None,
            depends_on=list(after) or None,
            retry_policies=_retries(),
        )

    def training(
        self,
        name: str,
        description: str,
        *,
        channels: Mapping[str, Any],
        hyperparameters: Mapping[str, Any],
        metrics: Sequence[str],
        instance_type: ParameterString,
        target: Any,
        checkpoints: Any,
    ) -> TrainingStep:
        """Return a training step.

        Args:
            name: of the step.
            description: one sentence for the console.
            channels: S3 address by the name of the input channel.
            hyperparameters: of the container.
            metrics: names that the container prints as `name=value;`.
            instance_type: the dial's type or, by the launcher's word, one of those that may take its place.
            target: S3 address below which the model is left.
            checkpoints: S3 address of this run's own checkpoints; used on spot instances only.
        """
        asked = self.service.training
        trainer = ModelTrainer(
            sagemaker_session=self.session,
            role=self.platform.roles.training,
            base_job_name=self.service.pipeline_name,
            training_image=self.image,
            compute=Compute(
                instance_type=instance_type,
                instance_count=asked.instance_count,
                volume_size_in_gb=asked.volume_gib,
                volume_kms_key_id=self._volume_key(asked.instance_type),
                enable_managed_spot_training=asked.spot,
            ),
            networking=Networking(
                subnets=self.platform.network.subnet_ids,
                security_group_ids=[self.platform.network.security_group_id],
                enable_inter_container_traffic_encryption=asked.instance_count > 1,
            ),
            stopping_condition=StoppingCondition(
                max_runtime_in_seconds=asked.timeout_seconds,
                max_wait_time_in_seconds=_SPOT_PATIENCE * asked.timeout_seconds if asked.spot else None,
            ),
            checkpoint_config=CheckpointConfig(s3_uri=checkpoints) if asked.spot else None,
            output_data_config=OutputDataConfig(s3_output_path=target, kms_key_id=self.platform.kms_key_arn),
            hyperparameters=dict(hyperparameters),
            environment=dict(self.environment),
            tags=[Tag(key=key, value=value) for key, value in self.tags.items()],
        ).with_metric_definitions(
            [MetricDefinition(name=metric, regex=rf"\b{metric}=([0-9.eE+-]+);") for metric in metrics]
        )
        run = trainer.train(
            input_data_config=[InputData(channel_name=name, data_source=uri) for name, uri in channels.items()]
        )
        capacity = _BEFORE_FALLBACK if asked.fallback_instance_types else _ATTEMPTS
        return TrainingStep(name, step_args=run, description=description, retry_policies=_retries(capacity))

    def _volume_key(self, instance_type: str) -> str | None:
        return None if has_local_storage(instance_type) else self.platform.kms_key_arn

    def _processor(self, entrypoint: Sequence[str]) -> Processor:
        return Processor(
            sagemaker_session=self.session,
            role=self.platform.roles.training,
            base_job_name=self.service.pipeline_name,
            image_uri=self.image,
            entrypoint=list(entrypoint),
            env=dict(self.environment) or None,
            instance_type=self.service.training.processing_instance_type,
            instance_count=1,
            volume_size_in_gb=self.service.training.volume_gib,
            volume_kms_key=self._volume_key(self.service.training.processing_instance_type),
            output_kms_key=self.platform.kms_key_arn,
            max_runtime_in_seconds=self.service.training.timeout_seconds,
            network_config=NetworkConfig(
                subnets=self.platform.network.subnet_ids,
                security_group_ids=[self.platform.network.security_group_id],
            ),
            tags=[{"Key": key, "Value": value} for key, value in self.tags.items()],
        )


def _s3_input(folder: str, uri: Any) -> ProcessingInput:
    return ProcessingInput(
        input_name=folder,
        s3_input=ProcessingS3Input(
            s3_uri=uri, local_path=f"{_PROCESSING}/input/{folder}", s3_data_type="S3Prefix", s3_input_mode="File"
        ),
    )


def _s3_output(folder: str, uri: Any) -> ProcessingOutput:
    return ProcessingOutput(
        output_name=folder,
        s3_output=ProcessingS3Output(
            s3_uri=uri, local_path=f"{_PROCESSING}/output/{folder}", s3_upload_mode="EndOfJob"
        ),
    )


def _retries(capacity: int = _ATTEMPTS) -> list[StepRetryPolicy | SageMakerJobStepRetryPolicy]:
    """Faults of AWS pass by themselves; a failure of our own code is not among them and ends the run.

    Args:
        capacity: how often to try again where there are no instances.
    """
    return [
        StepRetryPolicy(
            exception_types=[StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING],
            interval_seconds=10,
            max_attempts=_ATTEMPTS,
        ),
        SageMakerJobStepRetryPolicy(
            exception_types=[SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT],
            failure_reason_types=[SageMakerJobExceptionTypeEnum.INTERNAL_ERROR],
            interval_seconds=60,
            max_attempts=_ATTEMPTS,
        ),
        SageMakerJobStepRetryPolicy(
            failure_reason_types=[SageMakerJobExceptionTypeEnum.CAPACITY_ERROR],
            interval_seconds=60,
            max_attempts=capacity,
        ),
    ]
