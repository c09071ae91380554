"""The plan as requests to SageMaker. Pure."""

from stacks.instance_storage import has_local_storage
from trainyard.batch.plan import MAKER, BatchPlan, JobPlan
from trainyard.release.request import Request, model_of, tags_by

PAYLOAD_MB = 1
"""A request of a hundred customers takes 2 KB, and the smallest limit is a megabyte."""
_TIMEOUT_SECONDS = 60
_RETRIES = 3


def tags(plan: BatchPlan) -> list[dict[str, str]]:
    """Return the tags of everything a batch creates."""
    return tags_by(MAKER, plan.environment, plan.service)


def model(plan: BatchPlan) -> Request:
    """Return the request of CreateModel: the same container, role and network that a release would give the version."""
    return model_of(plan.model_name, plan.version, plan.container, plan.fleet, tags(plan))


def transform_job(plan: BatchPlan, job: JobPlan) -> Request:
    """Return the request of CreateTransformJob.

    One instance: the list is one object, and SageMaker divides a job by objects (its guide, "Batch transform for
    inference"). How many requests are under way at once is the container's to say, by /execution-parameters. The role
    and the network are the model's.
    """
    lineage = {
        "model-package": plan.model_package_arn,
        "data-hash": plan.container.data_hash,
        "input-sha256": plan.customers.sha256,
    }
    resources: Request = {"InstanceType": plan.instance_type, "InstanceCount": 1}
    if not has_local_storage(plan.instance_type):
        resources["VolumeKmsKeyId"] = plan.fleet.kms_key_arn
    return {
        "TransformJobName": job.name,
        "ModelName": plan.model_name,
        "BatchStrategy": "SingleRecord",
        "MaxPayloadInMB": PAYLOAD_MB,
        "ModelClientConfig": {
            "InvocationsTimeoutInSeconds": _TIMEOUT_SECONDS,
            "InvocationsMaxRetries": _RETRIES,
        },
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": job.requests_uri}},
            "ContentType": "application/json",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": job.output_folder,
            "Accept": "application/json",
            "AssembleWith": "Line",
            "KmsKeyId": plan.fleet.kms_key_arn,
        },
        "TransformResources": resources,
        "Tags": [*tags(plan), *({"Key": key, "Value": value} for key, value in lineage.items() if value)],
    }
