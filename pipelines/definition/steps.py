"""The story of a training run, step by step."""

# The SDK's annotations leave out what its own steps and variables are made for.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

from collections.abc import Mapping
from typing import Any

from sagemaker.core.workflow.conditions import ConditionEquals
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.steps import ProcessingStep, Step, TrainingStep

from pipelines.accepted import records_uri
from pipelines.definition.card import Number, registered_card
from pipelines.definition.jobs import Jobs
from pipelines.definition.registration import register
from pipelines.definition.validation import validation_limits
from pipelines.model_card import CardFacts
from pipelines.orders import history_uri
from pipelines.parameters import (
    ACCEPTED_URI,
    CHAMPION_URI,
    CODE_COMMIT,
    DIALS,
    IMAGE_URI,
    LACKING_INSTANCE_TYPES,
    ORDERS_URI,
    RUN,
    SERVING_IMAGE_URI,
    STARTED_BY,
    TRAINING_INSTANCE_TYPE,
)

_SERVICE = ("python", "-m", "recommender")
_CUSTOMER_FEATURES = "customer_features.parquet"
"""The one file of the features that the online store is filled from; the others are many times its size."""
_PRINTED_METRICS = ("training_rows", "positives", "trees")


def training_run(jobs: Jobs, given: Mapping[str, ParameterString]) -> list[Step]:
    """Return the steps from the orders to a registered model or a rejection."""
    artifacts, features_bucket = jobs.platform.buckets.artifacts, jobs.platform.buckets.features

    def kept(bucket: str, *parts: str) -> Join:
        return Join(on="/", values=[f"s3://{bucket}/{jobs.service.name}/runs", given[RUN], *parts])

    from_database = jobs.service.source.type == "database"
    ingest = jobs.processing(
        "Ingest",
        "Take a dated snapshot of the orders",
        (*_SERVICE, "ingest"),
        inputs={} if from_database else {"orders": given[ORDERS_URI]},
        arguments=_database(jobs, given[ORDERS_URI]) if from_database else (),
        output="snapshot",
        target=kept(features_bucket, "snapshot"),
        property_file="snapshot.json",
    )
    validate = jobs.processing(
        "Validate",
        "Set bad rows apart, and stop on data that no model should learn from",
        (*_SERVICE, "validate"),
        arguments=validation_limits(jobs.service.validation),
        inputs={"snapshot": _output(ingest, "snapshot"), "accepted": given[ACCEPTED_URI]},
        output="report",
        target=kept(artifacts, "validation"),
        others={
            "validated": kept(features_bucket, "validated"),
            "accepted": records_uri(artifacts, jobs.service.name),
        },
    )
    features = jobs.processing(
        "Features",
        "Compute features as of each window's cutoff, and hold the last month out",
        (*_SERVICE, "features"),
        arguments=_engine(jobs),
        inputs={"snapshot": _output(validate, "validated")},
        output="features",
        target=kept(features_bucket, "features"),
    )
    online = [_materialize(jobs, features, kept(artifacts, "materialized"))] if jobs.service.online_store else []
    train = jobs.training(
        "Train",
        "Train the challenger on windows before the holdout",
        channels={"features": _output(features, "features")},
        hyperparameters={dial.name: given[dial.parameter] for dial in DIALS},
        metrics=_PRINTED_METRICS,
        instance_type=given[TRAINING_INSTANCE_TYPE],
        target=kept(artifacts, "model"),
        checkpoints=kept(artifacts, "checkpoints"),
    )
    evaluate = jobs.processing(
        "Evaluate",
        "Score challenger, champion and baselines on the same holdout",
        (*_SERVICE, "evaluate"),
        inputs={
            "challenger": train.properties.ModelArtifacts.S3ModelArtifacts,
            "champion": given[CHAMPION_URI],
            "features": _output(features, "features"),
        },
        output="evaluation",
        target=kept(artifacts, "evaluation"),
        property_file="evaluation.json",
    )
    gate = _gate(jobs, validate, evaluate, given[CHAMPION_URI], kept(artifacts, "gate"))
    evaluation = kept(artifacts, "evaluation", "evaluation.json")
    told = _lineage(ingest, train, evaluate, gate, given)
    if from_database:
        told["orders_uri"] = _text(ingest, "orders_uri")
    registered = register(
        jobs,
        train,
        image=given[SERVING_IMAGE_URI],
        evaluation=evaluation,
        metadata=told,
        card=registered_card(jobs.service.name, _card_facts(jobs, train, evaluation, told, given)),
    )
    rejected = FailStep("Reject", error_message=_read(gate, "reason"), description="The gate's reason")
    decide = ConditionStep(
        "Decide",
        conditions=[ConditionEquals(left=_read(gate, "passed"), right=True)],
        if_steps=[registered],
        else_steps=[rejected],
        description="Register what the gate let pass",
    )
    return [ingest, validate, features, *online, train, evaluate, gate, decide]


def _database(jobs: Jobs, orders: ParameterString) -> tuple[Any, ...]:
    """Return where the job finds what opens the database; the password itself is in no argument."""
    source = jobs.service.source
    return (
        *("--source", source.secret_arn),
        *("--table", source.table),
        *("--key", source.key),
        *("--history", history_uri(jobs.platform.buckets.features, jobs.service.name)),
        *("--orders", orders),
    )


def _engine(jobs: Jobs) -> tuple[str, ...]:
    """Return the engine where it is not the step's own: definitions from before the dial stay as they are."""
    engine = jobs.service.features.engine
    return () if engine == "duckdb" else ("--engine", engine)


def _materialize(jobs: Jobs, features: ProcessingStep, target: Any) -> ProcessingStep:
    """Return what fills the online store: beside the training, since features are true whoever passes the gate."""
    return jobs.processing(
        "Materialize",
        "Write each customer's newest features to the online store",
        (*_SERVICE, "materialize"),
        arguments=("--project", jobs.service.online_store),
        inputs={"features": Join(on="/", values=[_output(features, "features"), _CUSTOMER_FEATURES])},
        output="materialized",
        target=target,
    )


def _gate(
    jobs: Jobs, validate: ProcessingStep, evaluate: ProcessingStep, champion: ParameterString, target: Any
) -> ProcessingStep:
    asked = jobs.service.gate
    return jobs.processing(
        "Gate",
        "Decide whether the challenger may take the champion's place",
        ("python", "-m", "trainyard.gate"),
        arguments=(
            *("--minimum-ratio", str(asked.minimum_ratio)),
            *("--confidence", str(asked.confidence)),
            *("--minimum-slice-customers", str(asked.minimum_slice_customers)),
            *("--maximum-slice-loss", str(asked.maximum_slice_loss)),
            *("--minimum-map-at-10", str(asked.minimum_map_at_10)),
            *("--minimum-coverage", str(asked.minimum_coverage)),
            *("--maximum-latency-ms", str(asked.maximum_latency_ms)),
        ),
        inputs={
            "evaluation": _output(evaluate, "evaluation"),
            "champion": Join(on="/", values=[champion, "champion.json"]),
            "validation": _output(validate, "report"),
        },
        output="gate",
        target=target,
        property_file="gate.json",
    )


def _lineage(
    ingest: ProcessingStep,
    train: TrainingStep,
    evaluate: ProcessingStep,
    gate: ProcessingStep,
    given: Mapping[str, ParameterString],
) -> dict[str, Any]:
    return {
        "run": given[RUN],
        "execution": ExecutionVariables.PIPELINE_EXECUTION_ARN,
        "started_by": given[STARTED_BY],
        "orders_uri": given[ORDERS_URI],
        "data_hash": _text(ingest, "data_hash"),
        "archive_sha256": _text(evaluate, "archive_sha256"),
        "code_commit": given[CODE_COMMIT],
        "image": given[IMAGE_URI],
        "serving_image": given[SERVING_IMAGE_URI],
        "instance_type": train.properties.ResourceConfig.InstanceType,
        "lacking_instance_types": given[LACKING_INSTANCE_TYPES],
        "map_at_10": _text(gate, "challenger_map_at_10"),
        "gate_rule": _text(gate, "rule"),
        "gate_reference": _text(gate, "reference"),
        "gate_reference_map_at_10": _text(gate, "reference_map_at_10"),
        "gate_confidence": _text(gate, "confidence"),
    }


def _card_facts(
    jobs: Jobs, train: TrainingStep, evaluation: Any, told: Mapping[str, Any], given: Mapping[str, ParameterString]
) -> CardFacts:
    metrics = ("map_at_10", "gate_reference_map_at_10")
    return CardFacts(
        owners=jobs.service.owners,
        archive=train.properties.ModelArtifacts.S3ModelArtifacts,
        image=given[IMAGE_URI],
        orders=given[ORDERS_URI],
        evaluation=evaluation,
        metrics={name: Number(told[name]) for name in metrics},
        details={name: value for name, value in told.items() if name not in metrics},
        hyperparameters={dial.name: given[dial.parameter] for dial in DIALS},
        training_arn=train.properties.TrainingJobArn,
    )


def _output(step: ProcessingStep, name: str) -> Any:
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def _read(step: ProcessingStep, path: str) -> JsonGet:
    return JsonGet(step_name=step.name, property_file=step.property_files[0], json_path=path)


def _text(step: ProcessingStep, path: str) -> Join:
    """Join one value, so that a number of a property file arrives as the string that metadata must be."""
    return Join(on="", values=[_read(step, path)])
