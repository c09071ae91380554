"""What holds data is encrypted with a key of the account's own, whose use IAM can allow and CloudTrail tells."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stacks.instance_storage import has_local_storage
from stacks.rules.context import Context
from stacks.rules.public_buckets import BUCKETS
from stacks.rules.reading import as_document, at, shown
from stacks.rules.relations import parts
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict


@dataclass(frozen=True)
class Demand:
    """What one property must be."""

    path: str
    meets: Callable[[Any], bool]
    should: str
    """What it should be, to follow "set … to"."""


def _own_key(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "alias/aws/" not in value


def _on(value: Any) -> bool:
    return value is True or value == "true"


def _key(path: str) -> Demand:
    return Demand(path, _own_key, "the ARN of the environment's key")


def _switch(path: str) -> Demand:
    return Demand(path, _on, "true")


def _one_of(path: str, *values: str) -> Demand:
    return Demand(path, lambda value: value in values, shown(values[0]))


DEMANDS: dict[str, tuple[Demand, ...]] = {
    "aws:backup/vault:Vault": (_key("kmsKeyArn"),),
    "aws:cloudtrail/trail:Trail": (_key("kmsKeyId"),),
    "aws:cloudwatch/logGroup:LogGroup": (_key("kmsKeyId"),),
    "aws:dynamodb/table:Table": (_switch("serverSideEncryption.enabled"), _key("serverSideEncryption.kmsKeyArn")),
    "aws:ebs/volume:Volume": (_switch("encrypted"), _key("kmsKeyId")),
    "aws:ec2/launchTemplate:LaunchTemplate": (_switch("blockDeviceMappings[].ebs.encrypted"),),
    "aws:ecr/repository:Repository": (
        _one_of("encryptionConfigurations[].encryptionType", "KMS"),
        _key("encryptionConfigurations[].kmsKey"),
    ),
    "aws:efs/fileSystem:FileSystem": (_switch("encrypted"), _key("kmsKeyId")),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        _switch("serverSideEncryption.enabled"),
        _key("serverSideEncryption.keyArn"),
    ),
    "aws:kinesis/stream:Stream": (_one_of("encryptionType", "KMS"), _key("kmsKeyId")),
    "aws:kms/key:Key": (_switch("enableKeyRotation"),),
    "aws:mwaa/environment:Environment": (_key("kmsKey"),),
    "aws:opensearch/domain:Domain": (_switch("encryptAtRest.enabled"), _key("encryptAtRest.kmsKeyId")),
    "aws:rds/cluster:Cluster": (_switch("storageEncrypted"), _key("kmsKeyId")),
    "aws:rds/instance:Instance": (_switch("storageEncrypted"), _key("kmsKeyId")),
    "aws:sagemaker/domain:Domain": (_key("kmsKeyId"),),
    "aws:sagemaker/notebookInstance:NotebookInstance": (_key("kmsKeyId"),),
    "aws:secretsmanager/secret:Secret": (_key("kmsKeyId"),),
    "aws:sns/topic:Topic": (_key("kmsMasterKeyId"),),
    "aws:sqs/queue:Queue": (_key("kmsMasterKeyId"),),
}
"""By type: what keeps its data unreadable without the key."""

_ENCRYPTIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
_LOGGINGS = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
_DEFAULT = "rules[].applyServerSideEncryptionByDefault"
_BUCKET_DEMANDS = (_one_of(f"{_DEFAULT}.sseAlgorithm", "aws:kms", "aws:kms:dsse"), _key(f"{_DEFAULT}.kmsMasterKeyId"))
_LOG_DEMANDS = (_one_of(f"{_DEFAULT}.sseAlgorithm", "AES256"),)
"""S3 delivers access logs only into buckets with its own key (S3 user guide, "Enabling server access logging")."""
_ENCRYPT_IT = (
    "Give the bucket an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and the environment's "
    "key."
)
_ENDPOINT_CONFIG = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


def _judge(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
    for resource in resources:
        if resource.type in BUCKETS:
            yield from _bucket(resource, resources)
        yield from _met(resource, DEMANDS.get(resource.type, ()))
        if resource.type == _ENDPOINT_CONFIG:
            yield from _met(resource, tuple(_of_endpoint_config(resource)))


def _bucket(bucket: Resource, resources: Sequence[Resource]) -> Iterator[Verdict]:
    encryptions = parts(bucket, _ENCRYPTIONS, "bucket", resources)
    receives_logs = parts(bucket, _LOGGINGS, "targetBucket", resources).found
    for encryption in encryptions.found:
        yield from _met(encryption, _LOG_DEMANDS if receives_logs else _BUCKET_DEMANDS)
    if not encryptions.found and encryptions.unsure:
        yield Undecided(bucket, "bucket")
    elif not encryptions.found:
        what = f"{bucket} has no encryption configuration, so its objects are not under the environment's key."
        yield Broken(bucket, what, _ENCRYPT_IT)


def _met(resource: Resource, demands: Sequence[Demand]) -> Iterator[Verdict]:
    for demand in demands:
        for path, value in at(resource.inputs, demand.path):
            if value == UNKNOWN:
                yield Undecided(resource, path)
            elif not demand.meets(value):
                what = f"{resource} is not encrypted as it should be: {path} is {shown(value)}."
                yield Broken(resource, what, f"Set {path} to {demand.should}.")


def _of_endpoint_config(config: Resource) -> Iterator[Demand]:
    types = [str(each) for _, each in at(config.inputs, "productionVariants[].instanceType")]
    if not any(has_local_storage(each) for each in types):
        yield _key("kmsKeyArn")
    if _captures(config):
        yield _key("dataCaptureConfig.kmsKeyId")


def _captures(config: Resource) -> bool:
    capture = as_document(config.inputs.get("dataCaptureConfig"))
    return capture == UNKNOWN or (isinstance(capture, dict) and capture.get("enableCapture") is not False)


RULE = Rule(
    "encrypted",
    "What holds data is encrypted with a key of the account's own, whose use IAM can allow and CloudTrail tells.",
    _judge,
)
