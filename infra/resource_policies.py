"""Policies of resources, as pure functions: what a key, a bucket or a topic lets happen to itself.

Each names the account that a calling service must be acting for: otherwise a service could be talked into using the
resource on behalf of somebody else (the confused deputy).
"""

from collections.abc import Sequence

from infra.iam_statements import PULL, Document, document


def key_policy(account: str, region: str) -> Document:
    """Return the key policy: the account's IAM decides, and AWS services may use the key for this account only."""
    services = [f"logs.{region}.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"]
    return document(
        {
            # kms:* for the account itself is AWS's own default: without it nobody could ever manage the key again.
            "Sid": "AccountDecidesThroughIam",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "ServicesForThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": services},
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        },
    )


def bucket_policy(bucket_arn: str, account: str) -> Document:
    """Return the bucket policy: nothing without TLS, and nobody from another account but AWS's own services."""
    everything = {"Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": [bucket_arn, f"{bucket_arn}/*"]}
    return document(
        {
            "Sid": "DenyWithoutTls",
            "Effect": "Deny",
            **everything,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "DenyOtherAccounts",
            "Effect": "Deny",
            **everything,
            "Condition": {
                "StringNotEquals": {"aws:PrincipalAccount": account},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
        },
    )


def access_log_policy(bucket_arn: str, account: str) -> Document:
    """Return the policy of the bucket that S3 delivers access logs to: this account's buckets only."""
    return document(
        *bucket_policy(bucket_arn, account)["Statement"],
        {
            "Sid": "AccessLogDelivery",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        },
    )


def repository_policy(accounts: Sequence[str]) -> Document:
    """Return the policy of a repository whose images other accounts may pull, themselves and through SageMaker."""
    return document(
        {
            "Sid": "LentToAccounts",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
            "Action": list(PULL),
        },
        {
            "Sid": "LentToTheirSageMaker",
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": list(PULL),
            "Condition": {"StringEquals": {"aws:SourceAccount": list(accounts)}},
        },
    )


def secret_policy(account: str) -> Document:
    """Return the policy of a secret that nobody of another account may use, whatever else allows it."""
    return document(
        {
            "Sid": "DenyOtherAccounts",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "secretsmanager:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalAccount": account}},
        }
    )


def queue_policy(queue_arn: str) -> Document:
    """Return the queue policy: nothing without TLS; who may send is the IAM policies' matter."""
    return document(
        {
            "Sid": "DenyWithoutTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": queue_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def topic_policy(topic_arn: str, account: str) -> Document:
    """Return the topic policy: this account's alarms and events may publish, and only over TLS."""
    return document(
        {
            "Sid": "AlarmsAndEventsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        },
        {
            "Sid": "DenyWithoutTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )
