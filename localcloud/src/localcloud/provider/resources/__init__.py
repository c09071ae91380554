"""The executed tier: a row for each type that the emulated API serves, gathered by token."""

from collections.abc import Mapping

from localcloud.provider.resource import Resource
from localcloud.provider.resources import (
    autoscaling,
    cloudwatch,
    dynamodb,
    ec2_network,
    ec2_security,
    ecr,
    events,
    iam,
    kms,
    logs,
    messaging,
    s3_bucket,
    s3_object,
    s3_settings,
    sagemaker,
    ssm,
)

_MODULES = (
    autoscaling,
    cloudwatch,
    dynamodb,
    ec2_network,
    ec2_security,
    ecr,
    events,
    iam,
    kms,
    logs,
    messaging,
    s3_bucket,
    s3_object,
    s3_settings,
    sagemaker,
    ssm,
)

TABLE: Mapping[str, Resource] = {row.token: row for module in _MODULES for row in module.ROWS}
