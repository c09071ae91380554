"""What the expressions of a running execution can refer to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.sagemaker.jobs.s3_locations import S3Location, parse_s3_uri
from localcloud.sagemaker.pipelines.parameters import read_parameters
from localcloud.sagemaker.pipelines.paths import PathError, follow
from localcloud.sagemaker.pipelines.record import Record
from localcloud.sagemaker.pipelines.references import ResolutionError


@dataclass(frozen=True)
class ExecutionValues:
    """The values of one execution at the moment a step starts; see `references.Values`."""

    record: Record
    parameters: Mapping[str, Any]
    execution: Mapping[str, Any]
    properties: Mapping[str, Any]

    @classmethod
    def now(cls, record: Record) -> "ExecutionValues":
        """Return what the execution knows now."""
        document = record.document
        execution = {
            "StartDateTime": document["CreationTime"].isoformat(),
            "CurrentDateTime": record.cloud.clock.now().isoformat(),
            "PipelineName": document["_PipelineName"],
            "PipelineArn": document["PipelineArn"],
            "PipelineExecutionId": record.id,
            "PipelineExecutionArn": document["PipelineExecutionArn"],
        }
        properties = {
            name: step.get("_Properties", {})
            for name, step in document["_Steps"].items()
            if step["StepStatus"] == "Succeeded"
        }
        parameters = read_parameters(record.definition.parameters, document["_Parameters"])
        return cls(record, parameters, execution, properties)

    def property_file(self, step: str, name: str) -> Any:
        """Return the parsed JSON of a step's property file.

        Raises:
            ResolutionError: the step has no such output, or the file is not there, or is no JSON.
        """
        file = self.record.definition.steps[step].property_files[name]
        try:
            folder = follow(self.properties[step], f"ProcessingOutputConfig.Outputs['{file.output}'].S3Output.S3Uri")
        except (KeyError, PathError) as error:
            raise ResolutionError(f"Property file {name}: step {step} has no output {file.output}") from error
        return self._read(parse_s3_uri(folder).child(*file.path.split("/")))

    def json_object(self, uri: str) -> Any:
        """Return the parsed JSON of an object in S3.

        Raises:
            ResolutionError: it is not there, or is no JSON.
        """
        return self._read(parse_s3_uri(uri))

    def _read(self, location: S3Location) -> Any:
        s3 = self.record.cloud.client("s3", self.record.scope)
        try:
            return json.loads(s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read())
        except ClientError as error:
            raise ResolutionError(f"{location.uri} cannot be read: {error}") from error
        except ValueError as error:
            raise ResolutionError(f"{location.uri} is not JSON: {error}") from error
