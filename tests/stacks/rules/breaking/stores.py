"""Programs that lose or leak what is stored."""

from typing import Any

import pulumi
import pulumi_aws as aws

from tests.stacks.rules import sound
from tests.stacks.rules.breaking.case import Case


def acl_grant(opts: pulumi.ResourceOptions, uri: str) -> None:
    grantee = aws.s3.BucketAclAccessControlPolicyGrantGranteeArgs(type="Group", uri=uri)
    given = aws.s3.BucketAclAccessControlPolicyGrantArgs(grantee=grantee, permission="READ")
    owner = aws.s3.BucketAclAccessControlPolicyOwnerArgs(id="o")
    policy = aws.s3.BucketAclAccessControlPolicyArgs(grants=[given], owner=owner)
    aws.s3.BucketAcl("acl", bucket="data", access_control_policy=policy, opts=opts)


def plain_http(arn: str, action: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


CASES = [
    Case(
        rule="no-public-bucket",
        breaks=lambda opts: sound.bucket(opts, block=None),
        holds=sound.bucket,
        resource="data",
        what="Bucket 'data' has no public access block, so one policy or ACL can open it.",
        cure=(
            "Give the bucket an aws.s3.BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, "
            "ignorePublicAcls, restrictPublicBuckets true, as infra.bucket.SafeBucket does."
        ),
    ),
    Case(
        rule="no-public-bucket",
        breaks=lambda opts: sound.bucket(opts, block=sound.BLOCKED | {"block_public_policy": False}),
        holds=sound.bucket,
        resource="data-block",
        what="BucketPublicAccessBlock 'data-block' leaves blockPublicPolicy false, so Bucket 'data' can be opened.",
        cure=(
            "Give the bucket an aws.s3.BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, "
            "ignorePublicAcls, restrictPublicBuckets true, as infra.bucket.SafeBucket does."
        ),
    ),
    Case(
        rule="no-public-bucket",
        breaks=lambda opts: sound.bucket(
            opts, block={"block_public_acls": True, "block_public_policy": True, "ignore_public_acls": True}
        ),
        holds=sound.bucket,
        resource="data-block",
        what=(
            "BucketPublicAccessBlock 'data-block' leaves restrictPublicBuckets not set, so Bucket 'data' can be opened."
        ),
        cure=(
            "Give the bucket an aws.s3.BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, "
            "ignorePublicAcls, restrictPublicBuckets true, as infra.bucket.SafeBucket does."
        ),
    ),
    Case(
        rule="no-public-bucket",
        breaks=lambda opts: aws.s3.BucketAcl("acl", bucket="data", acl="public-read", opts=opts),
        holds=lambda opts: aws.s3.BucketAcl("acl", bucket="data", acl="private", opts=opts),
        resource="acl",
        what="BucketAcl 'acl' has acl \"public-read\", which strangers can read.",
        cure="Remove the ACL; name who may read in the bucket's policy.",
    ),
    Case(
        rule="no-public-bucket",
        breaks=lambda opts: acl_grant(opts, "http://acs.amazonaws.com/groups/global/AllUsers"),
        holds=lambda opts: acl_grant(opts, "http://acs.amazonaws.com/groups/s3/LogDelivery"),
        resource="acl",
        what=(
            "BucketAcl 'acl' has accessControlPolicy.grants[0].grantee.uri "
            '"http://acs.amazonaws.com/groups/global/AllUsers", a grant to strangers.'
        ),
        cure="Remove the ACL; name who may read in the bucket's policy.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.bucket(opts, sse=None),
        holds=sound.bucket,
        resource="data",
        what="Bucket 'data' has no encryption configuration, so its objects are not under the environment's key.",
        cure=(
            "Give the bucket an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and "
            "the environment's key."
        ),
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.bucket(opts, sse=("AES256", sound.KEY)),
        holds=sound.bucket,
        resource="data-encryption",
        what=(
            "BucketServerSideEncryptionConfiguration 'data-encryption' is not encrypted as it should be: "
            'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "AES256".'
        ),
        cure='Set rules[0].applyServerSideEncryptionByDefault.sseAlgorithm to "aws:kms".',
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.bucket(opts, sse=("aws:kms", None)),
        holds=sound.bucket,
        resource="data-encryption",
        what=(
            "BucketServerSideEncryptionConfiguration 'data-encryption' is not encrypted as it should be: "
            "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId is not set."
        ),
        cure="Set rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.log_bucket(opts, sse=("aws:kms", sound.KEY)),
        holds=sound.log_bucket,
        resource="data-encryption",
        what=(
            "BucketServerSideEncryptionConfiguration 'data-encryption' is not encrypted as it should be: "
            'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "aws:kms".'
        ),
        cure='Set rules[0].applyServerSideEncryptionByDefault.sseAlgorithm to "AES256".',
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.table(
            opts, server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True)
        ),
        holds=sound.table,
        resource="records",
        what="Table 'records' is not encrypted as it should be: serverSideEncryption.kmsKeyArn is not set.",
        cure="Set serverSideEncryption.kmsKeyArn to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.repository(
            opts,
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="AES256", kms_key=sound.KEY)
            ],
        ),
        holds=sound.repository,
        resource="images",
        what=(
            "Repository 'images' is not encrypted as it should be: encryptionConfigurations[0].encryptionType "
            'is "AES256".'
        ),
        cure='Set encryptionConfigurations[0].encryptionType to "KMS".',
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.topic(opts, kms_master_key_id="alias/aws/sns"),
        holds=sound.topic,
        resource="told",
        what="Topic 'told' is not encrypted as it should be: kmsMasterKeyId is \"alias/aws/sns\".",
        cure="Set kmsMasterKeyId to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.queue(opts, kms_master_key_id=None),
        holds=sound.queue,
        resource="waiting",
        what="Queue 'waiting' is not encrypted as it should be: kmsMasterKeyId is not set.",
        cure="Set kmsMasterKeyId to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: aws.cloudwatch.LogGroup("logs", name="/logs", opts=opts),
        holds=lambda opts: aws.cloudwatch.LogGroup("logs", name="/logs", kms_key_id=sound.KEY, opts=opts),
        resource="logs",
        what="LogGroup 'logs' is not encrypted as it should be: kmsKeyId is not set.",
        cure="Set kmsKeyId to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.key(opts, enable_key_rotation=False),
        holds=sound.key,
        resource="key",
        what="Key 'key' is not encrypted as it should be: enableKeyRotation is false.",
        cure="Set enableKeyRotation to true.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.endpoint_config(opts, kms_key_arn=None),
        holds=sound.endpoint_config,
        resource="config",
        what="EndpointConfiguration 'config' is not encrypted as it should be: kmsKeyArn is not set.",
        cure="Set kmsKeyArn to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: sound.endpoint_config(opts, capture_key=None),
        holds=sound.endpoint_config,
        resource="config",
        what=(
            "EndpointConfiguration 'config' is not encrypted as it should be: dataCaptureConfig.kmsKeyId is not set."
        ),
        cure="Set dataCaptureConfig.kmsKeyId to the ARN of the environment's key.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: aws.ebs.Volume(
            "volume", availability_zone="eu-west-1a", kms_key_id=sound.KEY, opts=sound.guarded(opts)
        ),
        holds=lambda opts: aws.ebs.Volume(
            "volume", availability_zone="eu-west-1a", encrypted=True, kms_key_id=sound.KEY, opts=sound.guarded(opts)
        ),
        resource="volume",
        what="Volume 'volume' is not encrypted as it should be: encrypted is not set.",
        cure="Set encrypted to true.",
    ),
    Case(
        rule="encrypted",
        breaks=lambda opts: aws.efs.FileSystem("files", encrypted=True, opts=sound.guarded(opts)),
        holds=lambda opts: aws.efs.FileSystem("files", encrypted=True, kms_key_id=sound.KEY, opts=sound.guarded(opts)),
        resource="files",
        what="FileSystem 'files' is not encrypted as it should be: kmsKeyId is not set.",
        cure="Set kmsKeyId to the ARN of the environment's key.",
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: sound.bucket(opts, statements=None),
        holds=sound.bucket,
        resource="data",
        what=(
            "Bucket 'data' takes requests in the clear: no policy of it denies s3:* where aws:SecureTransport is false."
        ),
        cure=(
            'Deny principal "*" s3:* in its policy under the condition Bool aws:SecureTransport "false", on '
            "all that it holds."
        ),
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: sound.bucket(opts, statements=lambda arn: [plain_http(arn, "s3:GetObject")]),
        holds=lambda opts: sound.bucket(opts, statements=lambda arn: [plain_http(arn, "s3:*")]),
        resource="data",
        what=(
            "Bucket 'data' takes requests in the clear: no policy of it denies s3:* where aws:SecureTransport is false."
        ),
        cure=(
            'Deny principal "*" s3:* in its policy under the condition Bool aws:SecureTransport "false", on '
            "all that it holds."
        ),
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: sound.bucket(
            opts, statements=lambda arn: [plain_http(arn, "s3:*") | {"Resource": f"{arn}/*"}]
        ),
        holds=lambda opts: sound.bucket(opts, statements=lambda arn: [plain_http(arn, "s3:*")]),
        resource="data",
        what=(
            "Bucket 'data' takes requests in the clear: no policy of it denies s3:* where aws:SecureTransport is false."
        ),
        cure=(
            'Deny principal "*" s3:* in its policy under the condition Bool aws:SecureTransport "false", on '
            "all that it holds."
        ),
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: sound.topic(opts, statements=None),
        holds=sound.topic,
        resource="told",
        what=(
            "Topic 'told' takes requests in the clear: no policy of it denies sns:Publish where "
            "aws:SecureTransport is false."
        ),
        cure=(
            'Deny principal "*" sns:Publish in its policy under the condition Bool aws:SecureTransport '
            '"false", on all that it holds.'
        ),
    ),
    Case(
        rule="tls-only",
        breaks=lambda opts: sound.queue(opts, policy=None),
        holds=sound.queue,
        resource="waiting",
        what=(
            "Queue 'waiting' takes requests in the clear: no policy of it denies sqs:SendMessage where "
            "aws:SecureTransport is false."
        ),
        cure=(
            'Deny principal "*" sqs:SendMessage in its policy under the condition Bool aws:SecureTransport '
            '"false", on all that it holds.'
        ),
    ),
    Case(
        rule="protected",
        breaks=lambda opts: sound.bucket(opts, protect=False),
        holds=sound.bucket,
        resource="data",
        what="Bucket 'data' can be deleted: its option protect is false, and trainyard:deletion_protection is true.",
        cure="Pass settings.deletion_protection to it as protect.",
    ),
    Case(
        rule="protected",
        breaks=lambda opts: sound.bucket(opts, force_destroy=True),
        holds=sound.bucket,
        resource="data",
        what="Bucket 'data' can be deleted: forceDestroy is true, and trainyard:deletion_protection is true.",
        cure="Set forceDestroy to false where settings.deletion_protection is true.",
    ),
    Case(
        rule="protected",
        breaks=lambda opts: sound.table(opts, protect=False),
        holds=sound.table,
        resource="records",
        what=(
            "Table 'records' can be deleted: its option protect is false, and trainyard:deletion_protection is true."
        ),
        cure="Pass settings.deletion_protection to it as protect.",
    ),
    Case(
        rule="protected",
        breaks=lambda opts: sound.table(opts, deletion_protection_enabled=None),
        holds=sound.table,
        resource="records",
        what=(
            "Table 'records' can be deleted: deletionProtectionEnabled is not set, and "
            "trainyard:deletion_protection is true."
        ),
        cure="Set deletionProtectionEnabled to true where settings.deletion_protection is true.",
    ),
    Case(
        rule="protected",
        breaks=lambda opts: sound.repository(opts, force_delete=True),
        holds=sound.repository,
        resource="images",
        what="Repository 'images' can be deleted: forceDelete is true, and trainyard:deletion_protection is true.",
        cure="Set forceDelete to false where settings.deletion_protection is true.",
    ),
    Case(
        rule="protected",
        breaks=lambda opts: sound.endpoint(opts, protect=False),
        holds=sound.endpoint,
        resource="endpoint",
        what=(
            "Endpoint 'endpoint' can be deleted: its option protect is false, and "
            "trainyard:deletion_protection is true."
        ),
        cure="Pass settings.deletion_protection to it as protect.",
    ),
]
