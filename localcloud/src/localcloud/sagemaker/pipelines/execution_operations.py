"""The operations on executions: start, describe, list, stop, retry, and their steps and parameters."""

import secrets
import string
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.documents import public
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.pipelines.definition import Definition
from localcloud.sagemaker.pipelines.execution import drive, look_again, request_stop
from localcloud.sagemaker.pipelines.operations import PIPELINE, executions_of, find_pipeline
from localcloud.sagemaker.pipelines.parameters import read_parameters
from localcloud.sagemaker.pipelines.record import EXECUTION, Record
from localcloud.sagemaker.pipelines.selection import taken_over
from localcloud.sagemaker.pipelines.validation import parse_definition
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document

_ALPHABET = string.ascii_lowercase + string.digits
_NOT_SERVED = ("PipelineVersionId", "PipelineVersionAlias")
_CHANGEABLE = ("PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration")
_ALL = 1000


@operation("StartPipelineExecution")
def start_pipeline_execution(call: Call) -> Document:
    """Check the parameters, keep the execution, and run it."""
    check_request(call.operation, call.params)
    for key in _NOT_SERVED:
        if call.params.get(key):
            raise ValidationError(f"{key} is not served by the local cloud.")
    pipeline = find_pipeline(call.cloud, call.scope, call.params["PipelineName"])
    name, token = pipeline["PipelineName"], call.params.get("ClientRequestToken")
    for earlier in executions_of(call.cloud, call.scope, name):
        if token and earlier.get("_Token") == token:
            return {"PipelineExecutionArn": earlier["PipelineExecutionArn"]}
    given = {item["Name"]: item["Value"] for item in call.params.get("PipelineParameters", [])}
    definition = parse_definition(pipeline["PipelineDefinition"])
    read_parameters(definition.parameters, given)
    record = _keep(call, pipeline, given, _selection(call, name, definition))
    record.set_status("Executing")
    drive(record)
    return {"PipelineExecutionArn": record.document["PipelineExecutionArn"]}


def _selection(call: Call, pipeline: str, definition: Definition) -> Document:
    """Return what an execution of selected steps begins with."""
    config = call.params.get("SelectiveExecutionConfig")
    if not config:
        return {}
    selected = [item["StepName"] for item in config["SelectedSteps"]]
    arn = config.get("SourcePipelineExecutionArn")
    executions = {each["PipelineExecutionArn"]: each for each in executions_of(call.cloud, call.scope, pipeline)}
    if arn and arn not in executions:
        raise ValidationError(f"Invalid SourcePipelineExecutionArn: {arn} is no execution of {pipeline}.")
    steps = taken_over(definition, selected, executions.get(arn), call.cloud.clock.now())
    return {"SelectiveExecutionConfig": config, "_Selected": selected, "_Steps": steps}


def _keep(call: Call, pipeline: Document, given: Document, selection: Document) -> Record:
    name, now = pipeline["PipelineName"], call.cloud.clock.now()
    execution = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    optional = {
        key: call.params.get(key, pipeline.get(key))
        for key in ("PipelineExecutionDescription", "ParallelismConfiguration", "RoleArn")
    }
    document = {
        "PipelineArn": pipeline["PipelineArn"],
        "PipelineExecutionArn": f"{pipeline['PipelineArn']}/execution/{execution}",
        "PipelineExecutionDisplayName": call.params.get("PipelineExecutionDisplayName", f"execution-{execution}"),
        "PipelineExecutionStatus": "Executing",
        "CreationTime": now,
        "LastModifiedTime": now,
        **{key: value for key, value in optional.items() if value is not None},
        "_PipelineName": name,
        "_Definition": pipeline["PipelineDefinition"],
        "_Parameters": given,
        "_Steps": {},
        "_Token": call.params.get("ClientRequestToken"),
        **selection,
    }
    call.cloud.store.put(call.scope, EXECUTION, execution, document)
    call.cloud.store.update(call.scope, PIPELINE, name, LastExecutionTime=now)
    return Record(call.cloud, call.scope, execution)


@operation("UpdatePipelineExecution")
def update_pipeline_execution(call: Call) -> Document:
    """Replace what is given; another parallelism counts from the next step that starts."""
    check_request(call.operation, call.params)
    record = _record(call)
    record.change(**{key: call.params[key] for key in _CHANGEABLE if key in call.params})
    look_again(record)
    return {"PipelineExecutionArn": record.document["PipelineExecutionArn"]}


@operation("DescribePipelineExecution")
def describe_pipeline_execution(call: Call) -> Document:
    """Return an execution."""
    return public(_record(call).document)


@operation("ListPipelineExecutions")
def list_pipeline_executions(call: Call) -> Document:
    """Return one page of a pipeline's executions, the newest first."""
    pipeline = find_pipeline(call.cloud, call.scope, call.params["PipelineName"])
    executions = executions_of(call.cloud, call.scope, pipeline["PipelineName"])
    for execution in executions:
        execution["StartTime"] = execution["CreationTime"]
        if "FailureReason" in execution:
            execution["PipelineExecutionFailureReason"] = execution["FailureReason"]
    times = {
        "CreationTimeAfter": call.params.get("CreatedAfter"),
        "CreationTimeBefore": call.params.get("CreatedBefore"),
    }
    return listed(
        executions,
        {**call.params, **times},
        result="PipelineExecutionSummaries",
        name="PipelineExecutionArn",
        summary=(
            "PipelineExecutionArn",
            "StartTime",
            "PipelineExecutionStatus",
            "PipelineExecutionDescription",
            "PipelineExecutionDisplayName",
            "PipelineExecutionFailureReason",
        ),
    )


@operation("ListPipelineExecutionSteps")
def list_pipeline_execution_steps(call: Call) -> Document:
    """Return the steps that have started; the last to start comes first, unless asked otherwise."""
    if "PipelineExecutionArn" not in call.params:
        raise ValidationError("PipelineExecutionArn is required.")
    steps = [{**step, "CreationTime": step["StartTime"]} for step in _record(call).steps.values()]
    keys = {key for step in steps for key in step if not key.startswith("_")} - {"CreationTime"}
    return listed(
        steps,
        {"MaxResults": _ALL, **call.params},
        result="PipelineExecutionSteps",
        name="StepName",
        summary=sorted(keys),
    )


@operation("ListPipelineParametersForExecution")
def list_pipeline_parameters_for_execution(call: Call) -> Document:
    """Return every parameter with the value it has in the execution."""
    record = _record(call)
    values = read_parameters(record.definition.parameters, record.document["_Parameters"])
    return {"PipelineParameters": [{"Name": name, "Value": _text(value)} for name, value in values.items()]}


@operation("DescribePipelineDefinitionForExecution")
def describe_pipeline_definition_for_execution(call: Call) -> Document:
    """Return the definition that the execution was started with."""
    document = _record(call).document
    return {"PipelineDefinition": document["_Definition"], "CreationTime": document["CreationTime"]}


@operation("StopPipelineExecution")
def stop_pipeline_execution(call: Call) -> Document:
    """Ask a running execution to stop."""
    record = _record(call)
    if not record.set_status("Stopping", only_from=("Executing",)):
        status = record.document["PipelineExecutionStatus"]
        raise ValidationError(f"Pipeline execution with ARN {call.params['PipelineExecutionArn']} is {status}; "
                              "only one that is Executing can be stopped.")  # fmt: skip
    request_stop(record)
    return {"PipelineExecutionArn": call.params["PipelineExecutionArn"]}


@operation("RetryPipelineExecution")
def retry_pipeline_execution(call: Call) -> Document:
    """Run the steps of a failed or stopped execution that have not succeeded, and what comes after them."""
    record = _record(call)
    again = {name for name, step in record.steps.items() if step["StepStatus"] != "Succeeded"}
    if not record.set_status("Executing", only_from=("Failed", "Stopped")):
        status = record.document["PipelineExecutionStatus"]
        raise ValidationError(f"Pipeline execution with ARN {call.params['PipelineExecutionArn']} is {status}; "
                              "only one that is Failed or Stopped can be retried.")  # fmt: skip
    record.drop_steps(again)
    drive(record)
    return {"PipelineExecutionArn": call.params["PipelineExecutionArn"]}


def _record(call: Call) -> Record:
    record = Record(call.cloud, call.scope, call.params["PipelineExecutionArn"].rpartition("/")[2])
    _ = record.document  # refuses an execution that is not there
    return record


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
