"""Attempts on another environment's resources with this one's credentials: ARNs, buckets, models, keys.

What reads is tried by the owner too, and must go through there; what would change or delete something is not.
"""

import json
from collections.abc import Iterator
from typing import Any

from trainyard.demo.attempt import Attempt, call
from trainyard.demo.target import Target

DENIED, DENIED_JSON = ("AccessDenied:",), ("AccessDeniedException:",)
INVALID = ("ValidationException:",)
_EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
OPEN = json.dumps({"Version": "2012-10-17", "Statement": [_EVERYBODY]})
"""A policy that would let everybody in."""


def crossings(ours: Target, theirs: Target, package: str) -> Iterator[Attempt]:
    """Yield the attempts on `theirs`, and on a model package there, with the credentials of `ours`."""
    yield from _arns(ours, theirs)
    yield from _buckets(ours, theirs)
    yield from _keys(ours, theirs)
    yield from _models(ours, theirs, package)


def _arns(ours: Target, theirs: Target) -> Iterator[Attempt]:
    for name in theirs.parameters:
        yield _read(
            ours, theirs, "ARNs", f"read {name} by name", ("ParameterNotFound:",), "ssm", "get_parameter", Name=name
        )
        arn = theirs.arn("ssm", f"parameter{name}")
        yield _read(ours, theirs, "ARNs", f"read {name} by ARN", DENIED_JSON, "ssm", "get_parameter", Name=arn)
    sns, topic = ours.shell.client("sns"), theirs.topic
    refusal = ("AuthorizationError:",)
    yield Attempt("ARNs", "publish to the topic", refusal, call(sns.publish, TopicArn=topic, Message="all is well"))
    subscribing = {"TopicArn": topic, "Protocol": "email", "Endpoint": "someone@example.com"}
    yield Attempt("ARNs", "subscribe to the topic", refusal, call(sns.subscribe, **subscribing))
    sts = ours.shell.client("sts")
    for name, role in theirs.roles.items():
        taken = call(sts.assume_role, RoleArn=role, RoleSessionName="crossing")
        yield Attempt("ARNs", f"take on the {name} role", DENIED, taken)
    key = {"service": {"S": theirs.service}, "item": {"S": "live"}}
    for what, table, refusal in (
        ("by name", theirs.table, ("ResourceNotFoundException:",)),
        ("by ARN", theirs.arn("dynamodb", f"table/{theirs.table}"), DENIED_JSON),
    ):
        dynamodb = ours.shell.client("dynamodb")
        yield Attempt("ARNs", f"read the deployment record {what}", refusal, call(dynamodb.scan, TableName=table))
        written = call(dynamodb.put_item, TableName=table, Item=key)
        yield Attempt("ARNs", f"write the deployment record {what}", refusal, written)
    images: dict[str, Any] = {"registryId": theirs.shell.account, "repositoryName": theirs.repository}
    yield _read(ours, theirs, "ARNs", "describe the images", DENIED_JSON, "ecr", "describe_images", **images)
    pulled = call(ours.shell.client("ecr").batch_get_image, **images, imageIds=[{"imageTag": "latest"}])
    yield Attempt("ARNs", "pull an image", DENIED_JSON, pulled)


def _buckets(ours: Target, theirs: Target) -> Iterator[Attempt]:
    s3, bucket = ours.shell.client("s3"), theirs.bucket
    named = {"Bucket": bucket, "Key": theirs.archive}
    yield _read(ours, theirs, "buckets", "list the objects", DENIED, "s3", "list_objects_v2", Bucket=bucket)
    yield _read(ours, theirs, "buckets", "read the live model", DENIED, "s3", "get_object", **named)
    yield _read(ours, theirs, "buckets", "read the policy", DENIED, "s3", "get_bucket_policy", Bucket=bucket)
    for what, act in (
        ("write an object", call(s3.put_object, Bucket=bucket, Key="planted", Body=b"x")),
        ("delete the live model", call(s3.delete_object, **named)),
        ("copy the live model", call(s3.copy_object, Bucket=ours.bucket, Key="copied", CopySource=named)),
        ("open the policy", call(s3.put_bucket_policy, Bucket=bucket, Policy=OPEN)),
        (
            "stop the versioning",
            call(s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}),
        ),
        ("delete the bucket", call(s3.delete_bucket, Bucket=bucket)),
    ):
        yield Attempt("buckets", what, DENIED, act)
    # A bucket of the expected name in the wrong account: the owner that every call of the platform names protects it.
    for what, put in (
        ("write to a bucket of ours that should be theirs", (ours.bucket, theirs.shell.account)),
        ("write to a bucket of theirs that should be ours", (theirs.bucket, ours.shell.account)),
    ):
        act = call(s3.put_object, Bucket=put[0], Key="mistaken", Body=b"x", ExpectedBucketOwner=put[1])
        yield Attempt("buckets", what, DENIED, act)


def _keys(ours: Target, theirs: Target) -> Iterator[Attempt]:
    kms, key = ours.shell.client("kms"), theirs.key
    secret = {"KeyId": key, "CiphertextBlob": theirs.ciphertext}
    data = {"KeyId": key, "KeySpec": "AES_256"}
    yield _read(ours, theirs, "keys", "describe the key", DENIED_JSON, "kms", "describe_key", KeyId=key)
    yield _read(ours, theirs, "keys", "decrypt with the key", DENIED_JSON, "kms", "decrypt", **secret)
    yield _read(ours, theirs, "keys", "make a data key", DENIED_JSON, "kms", "generate_data_key", **data)
    alias = theirs.arn("kms", f"alias/trainyard-{theirs.shell.environment}")
    yield _read(ours, theirs, "keys", "describe the key by its alias", DENIED_JSON, "kms", "describe_key", KeyId=alias)
    grant = {"KeyId": key, "GranteePrincipal": f"arn:aws:iam::{ours.shell.account}:root", "Operations": ["Decrypt"]}
    for what, act in (
        ("decrypt without naming the key", call(kms.decrypt, CiphertextBlob=theirs.ciphertext)),
        ("grant the key to ourselves", call(kms.create_grant, **grant)),
        ("open the key's policy", call(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=OPEN)),
        ("have the key deleted", call(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=7)),
    ):
        yield Attempt("keys", what, DENIED_JSON, act)
    sealed: dict[str, Any] = {"Bucket": ours.bucket, "Key": "sealed", "Body": b"x", "ServerSideEncryption": "aws:kms"}
    stored = call(ours.shell.client("s3").put_object, **sealed, SSEKMSKeyId=key)
    yield Attempt("keys", "seal an object of ours with the key", DENIED, stored)


def _models(ours: Target, theirs: Target, package: str) -> Iterator[Attempt]:
    sagemaker = ours.shell.client("sagemaker")
    named = {"ModelPackageName": package}
    yield _read(
        ours, theirs, "models", "describe a package", DENIED_JSON, "sagemaker", "describe_model_package", **named
    )
    approved = call(sagemaker.update_model_package, ModelPackageArn=package, ModelApprovalStatus="Approved")
    yield Attempt("models", "approve a package", DENIED_JSON, approved)
    yield Attempt("models", "delete a package", DENIED_JSON, call(sagemaker.delete_model_package, **named))
    group = {"ModelPackageGroupName": theirs.arn("sagemaker", f"model-package-group/{theirs.package_group}")}
    yield _read(ours, theirs, "models", "list the packages", DENIED_JSON, "sagemaker", "list_model_packages", **group)
    yield from _made(ours, theirs, package)
    body = json.dumps({"customers": [17850], "k": 3})
    invoked = {"EndpointName": theirs.endpoint, "ContentType": "application/json", "Body": body}
    yield _read(
        ours,
        theirs,
        "models",
        "ask the endpoint",
        ("ValidationError:",),
        "sagemaker-runtime",
        "invoke_endpoint",
        **invoked,
    )
    endpoint = {"EndpointName": theirs.endpoint}
    updated = call(sagemaker.update_endpoint, **endpoint, EndpointConfigName=ours.endpoint)
    yield Attempt("models", "update the endpoint", INVALID, updated)
    yield Attempt("models", "delete the endpoint", INVALID, call(sagemaker.delete_endpoint, **endpoint))


def _made(ours: Target, theirs: Target, package: str) -> Iterator[Attempt]:
    """Yield models of ours made of what is theirs."""
    ours_role = ours.roles["serving"]
    archive = f"s3://{theirs.bucket}/{theirs.archive}"
    image = ours.serving_image
    for what, refusal, container, role in (
        ("their package", DENIED_JSON, {"ModelPackageName": package}, ours_role),
        ("their image", (*INVALID, "does not grant"), {"Image": theirs.image}, ours_role),
        ("their archive", (*INVALID, "AccessDenied"), {"Image": image, "ModelDataUrl": archive}, ours_role),
        ("their role", (*DENIED_JSON, "Cross-account"), {"Image": image}, theirs.roles["serving"]),
    ):
        model = {"ModelName": "crossing", "PrimaryContainer": container, "ExecutionRoleArn": role}
        yield Attempt(
            "models", f"make a model of {what}", refusal, call(ours.shell.client("sagemaker").create_model, **model)
        )


def _read(
    ours: Target,
    theirs: Target,
    kind: str,
    what: str,
    refusal: tuple[str, ...],
    service: str,
    operation: str,
    **named: Any,
) -> Attempt:
    """Return an attempt to read, with the owner's as its control."""
    tried, owned = (getattr(target.shell.client(service), operation) for target in (ours, theirs))
    return Attempt(kind, what, refusal, call(tried, **named), call(owned, **named))
