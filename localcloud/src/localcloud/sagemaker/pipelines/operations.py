"""The operations on pipelines themselves: create, update, describe, list, delete."""

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import NotFoundError, ValidationError
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.names import from_arn
from localcloud.sagemaker.pipelines.record import EXECUTION
from localcloud.sagemaker.pipelines.validation import parse_definition
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import drop_tags, set_tags
from localcloud.scope import Scope
from localcloud.store import Document

PIPELINE = "Pipeline"
_KEPT = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")
_SUMMARY = (
    "PipelineArn",
    "PipelineName",
    "PipelineDisplayName",
    "PipelineDescription",
    "RoleArn",
    "CreationTime",
    "LastModifiedTime",
    "LastExecutionTime",
)


@operation("CreatePipeline")
def create_pipeline(call: Call) -> Document:
    """Check the definition as AWS does and keep the pipeline."""
    check_request(call.operation, call.params)
    name = call.params["PipelineName"]
    if call.cloud.store.get(call.scope, PIPELINE, name) is not None:
        raise ValidationError(
            "Pipeline names must be unique within an AWS account and region. "
            f"Pipeline with name ({name}) already exists."
        )
    definition = _checked_definition(call)
    if definition is None:
        raise ValidationError("Either PipelineDefinition or PipelineDefinitionS3Location is required.")
    arn, now = call.scope.arn("sagemaker", f"pipeline/{name}"), call.cloud.clock.now()
    document = {
        "PipelineName": name,
        "PipelineArn": arn,
        "PipelineDisplayName": name,
        "PipelineDefinition": definition,
        "PipelineStatus": "Active",
        "CreationTime": now,
        "LastModifiedTime": now,
        **{key: call.params[key] for key in _KEPT if key in call.params},
    }
    call.cloud.store.put(call.scope, PIPELINE, name, document)
    set_tags(call.cloud, call.scope, arn, call.params.get("Tags"))
    return {"PipelineArn": arn}


@operation("UpdatePipeline")
def update_pipeline(call: Call) -> Document:
    """Replace what is given; executions that run go on with the definition they started with."""
    check_request(call.operation, call.params)
    document = find_pipeline(call.cloud, call.scope, call.params["PipelineName"])
    changes = {key: call.params[key] for key in _KEPT if key in call.params}
    definition = _checked_definition(call)
    if definition is not None:
        changes["PipelineDefinition"] = definition
    name, now = document["PipelineName"], call.cloud.clock.now()
    call.cloud.store.update(call.scope, PIPELINE, name, LastModifiedTime=now, **changes)
    return {"PipelineArn": document["PipelineArn"]}


@operation("DescribePipeline")
def describe_pipeline(call: Call) -> Document:
    """Return a pipeline with its definition."""
    document = find_pipeline(call.cloud, call.scope, call.params["PipelineName"])
    last_run = document.pop("LastExecutionTime", None)
    return {**document, **({"LastRunTime": last_run} if last_run else {})}


@operation("ListPipelines")
def list_pipelines(call: Call) -> Document:
    """Return one page of pipelines, the newest first."""
    prefix = call.params.get("PipelineNamePrefix", "")
    times = {
        "CreationTimeAfter": call.params.get("CreatedAfter"),
        "CreationTimeBefore": call.params.get("CreatedBefore"),
    }
    return listed(
        call.cloud.store.find_all(call.scope, PIPELINE),
        {**call.params, **times},
        result="PipelineSummaries",
        name="PipelineName",
        summary=_SUMMARY,
        keep=lambda pipeline: pipeline["PipelineName"].startswith(prefix),
    )


@operation("DeletePipeline")
def delete_pipeline(call: Call) -> Document:
    """Delete a pipeline and its executions; refused while one of them runs."""
    document = find_pipeline(call.cloud, call.scope, call.params["PipelineName"])
    executions = executions_of(call.cloud, call.scope, document["PipelineName"])
    running = [
        e["PipelineExecutionArn"] for e in executions if e["PipelineExecutionStatus"] in ("Executing", "Stopping")
    ]
    if running:
        raise ValidationError(f"Pipeline {document['PipelineName']} has running executions: {', '.join(running)}.")
    for execution in executions:
        call.cloud.store.delete(call.scope, EXECUTION, execution["PipelineExecutionArn"].rpartition("/")[2])
    call.cloud.store.delete(call.scope, PIPELINE, document["PipelineName"])
    drop_tags(call.cloud, call.scope, document["PipelineArn"])
    return {"PipelineArn": document["PipelineArn"]}


def find_pipeline(cloud: Cloud, scope: Scope, name: str) -> Document:
    """Return the pipeline of a name or ARN.

    Raises:
        NotFoundError: there is none.
    """
    document = cloud.store.get(scope, PIPELINE, from_arn(name, "pipeline"))
    if document is None:
        raise NotFoundError(f"Pipeline '{scope.arn('sagemaker', f'pipeline/{name}')}' does not exist.",
                            code="ResourceNotFound")  # fmt: skip
    return document


def executions_of(cloud: Cloud, scope: Scope, name: str) -> list[Document]:
    """Return all executions of a pipeline."""
    return [e for e in cloud.store.find_all(scope, EXECUTION) if e["_PipelineName"] == name]


def _checked_definition(call: Call) -> str | None:
    text, place = call.params.get("PipelineDefinition"), call.params.get("PipelineDefinitionS3Location")
    if text is not None and place is not None:
        raise ValidationError("PipelineDefinition and PipelineDefinitionS3Location exclude each other.")
    if place is not None:
        version = {"VersionId": place["VersionId"]} if "VersionId" in place else {}
        try:
            answer = call.cloud.client("s3", call.scope).get_object(
                Bucket=place["Bucket"], Key=place["ObjectKey"], **version
            )
        except ClientError as error:
            raise ValidationError(f"The pipeline definition cannot be read from S3: {error}") from error
        text = answer["Body"].read().decode()
    if text is not None:
        parse_definition(text)
    return text
