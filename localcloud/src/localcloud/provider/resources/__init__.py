"""The executed tier: a row for each type that the emulated API serves, gathered by token."""

from collections.abc import Mapping

from localcloud.provider.resource import Resource
from localcloud.provider.resources import (
    account_settings,
    autoscaling,
    cloudwatch,
    dynamodb,
    ec2_endpoints,
    ec2_network,
    ec2_routes,
    ec2_security_groups,
    ec2_security_rules,
    ecr,
    events,
    function_settings,
    functions,
    iam,
    iam_identity,
    kms,
    logs,
    mlflow_app,
    s3_bucket,
    s3_object,
    s3_settings,
    sagemaker,
    sns,
    sqs,
    ssm,
)

_MODULES = (
    account_settings,
    autoscaling,
    cloudwatch,
    dynamodb,
    ec2_endpoints,
    ec2_network,
    ec2_routes,
    ec2_security_groups,
    ec2_security_rules,
    ecr,
    events,
    function_settings,
    functions,
    iam,
    iam_identity,
    kms,
    logs,
    mlflow_app,
    s3_bucket,
    s3_object,
    s3_settings,
    sagemaker,
    sns,
    sqs,
    ssm,
)

TABLE: Mapping[str, Resource] = {row.token: row for module in _MODULES for row in module.ROWS}
