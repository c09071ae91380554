"""A search for hyperparameters as a training job: the step `tune` of the training image on a run's features."""

import json
import secrets
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from pipelines.errors import RunRefused
from pipelines.execution import Log, Progress, all_parameters, observe
from pipelines.history import past_runs
from pipelines.parameters import IMAGE_URI, RUN
from stacks.instance_storage import has_local_storage
from stacks.outputs import PlatformOutputs, ServiceOutputs

FILE = "hyperparameters.json"
_LOOKED_AT = 100
_ENDED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a search learns from: the features of a run, and the image that made them."""

    run: str
    features_uri: str
    image: str


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long a search may take."""

    trials: int
    seconds: float | None = None
    """No trial begins after so many; None sets no limit but the job's."""

    @property
    def arguments(self) -> list[str]:
        """The container's arguments."""
        limit = [] if self.seconds is None else ["--seconds", f"{self.seconds:g}"]
        return ["tune", "--trials", str(self.trials), *limit]


@dataclass(frozen=True, kw_only=True)
class SearchState:
    """A search's job as it stands."""

    job: str
    status: str
    stage: str
    """SageMaker's secondary status, such as Downloading or Training."""
    failure: str
    model_uri: str

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in _ENDED

    @property
    def log(self) -> Log:
        """Where CloudWatch keeps what it prints."""
        return Log(group="/aws/sagemaker/TrainingJobs", stream_prefix=f"{self.job}/")


def ground(service: ServiceOutputs, run: str | None, sagemaker: Any) -> Ground:
    """Return the features of a run, or of the newest that has any.

    Raises:
        RunRefused: there are none.
    """
    for each in past_runs(service.pipeline_name, _LOOKED_AT, sagemaker):
        if run is not None and each.run != run:
            continue
        features = _features(observe(each.execution_arn, sagemaker), sagemaker)
        if features:
            image = all_parameters(each.execution_arn, sagemaker)[IMAGE_URI]
            return Ground(run=each.run, features_uri=features, image=image)
    raise RunRefused(
        f"{f'The run {run}' if run else 'No run'} of {service.name} has features to search on",
        where=service.pipeline_name,
        cure=f"`trainyard pipeline list {service.name}` shows the runs; `pipeline run` makes one",
    )


def _features(progress: Progress, sagemaker: Any) -> str:
    step = progress.step("Features")
    if step is None or step.status != "Succeeded":
        return ""
    job = sagemaker.describe_processing_job(ProcessingJobName=step.resource_arn.rpartition("/")[2])
    return job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]


def start(
    on: Ground,
    effort: Effort,
    platform: PlatformOutputs,
    service: ServiceOutputs,
    *,
    sagemaker: Any,
    now: datetime,
) -> str:
    """Start the job and return its name."""
    name = f"{service.pipeline_name[:38].rstrip('-')}-tune-{now:%y%m%d%H%M%S}-{secrets.token_hex(2)}"
    sagemaker.create_training_job(**request(name, on, effort, platform, service))
    return name


def request(
    name: str, on: Ground, effort: Effort, platform: PlatformOutputs, service: ServiceOutputs
) -> dict[str, Any]:
    """Return the arguments of CreateTrainingJob. Pure.

    One host, and no spot instance: the search keeps no trials when its job is killed.
    """
    asked = service.training
    resources: dict[str, Any] = {
        "InstanceType": asked.instance_type,
        "InstanceCount": 1,
        "VolumeSizeInGB": asked.volume_gib,
    }
    if not has_local_storage(asked.instance_type):
        resources["VolumeKmsKeyId"] = platform.kms_key_arn
    source = {"S3DataType": "S3Prefix", "S3Uri": on.features_uri, "S3DataDistributionType": "FullyReplicated"}
    target = f"s3://{platform.buckets.artifacts}/{service.name}/runs/{on.run}/searches"
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": on.image,
            "TrainingInputMode": "File",
            "ContainerArguments": effort.arguments,
        },
        "RoleArn": platform.roles.training,
        "InputDataConfig": [{"ChannelName": "features", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": target, "KmsKeyId": platform.kms_key_arn},
        "ResourceConfig": resources,
        "VpcConfig": {
            "SecurityGroupIds": [platform.network.security_group_id],
            "Subnets": platform.network.subnet_ids,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": asked.timeout_seconds},
        "Tags": _tags({"trainyard-environment": platform.environment, "trainyard-service": service.name, RUN: on.run}),
    }


def _tags(own: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in {"managed-by": "trainyard-pipeline", **own}.items()]


def watch(job: str, sagemaker: Any, pause: Callable[[], None]) -> Iterator[SearchState]:
    """Yield a search again and again until it has ended, calling `pause` in between.

    Raises:
        RunRefused: there is no such job.
    """
    while True:
        state = _state(job, sagemaker)
        yield state
        if state.ended:
            return
        pause()


def _state(job: str, sagemaker: Any) -> SearchState:
    try:
        found = sagemaker.describe_training_job(TrainingJobName=job)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFound", "ValidationException"):
            raise
        raise RunRefused(
            f"There is no training job {job!r}", where="SageMaker", cure="Start a search without --job"
        ) from error
    return SearchState(
        job=job,
        status=found["TrainingJobStatus"],
        stage=found["SecondaryStatus"],
        failure=found.get("FailureReason", ""),
        model_uri=found.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""),
    )


def found(state: SearchState, s3: Any) -> dict[str, Any]:
    """Return what a search that is Completed has found, as the step wrote it."""
    place = urlsplit(state.model_uri)
    packed = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        names = {member.name.removeprefix("./"): member for member in archive.getmembers()}
        file = archive.extractfile(names[FILE]) if FILE in names else None
        if file is None:
            raise RunRefused(
                f"The job {state.job} left no {FILE}: it was no search",
                where=state.model_uri,
                cure="Name another --job",
            )
        return json.loads(file.read())
