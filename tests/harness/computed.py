"""What AWS would fill in, for the resource types that the platform declares; any other type is refused."""

from collections.abc import Callable
from typing import Any

ACCOUNT = "111111111111"
REGION = "eu-west-1"
Outputs = dict[str, Any]


def _arn(service: str, path: str, region: str = REGION) -> Callable[[str, Outputs], Outputs]:
    return lambda name, inputs: {"arn": f"arn:aws:{service}:{region}:{ACCOUNT}:{path}{inputs.get('name', name)}"}


def _bucket(name: str, inputs: Outputs) -> Outputs:
    return {"bucket": f"{name}-1234567", "arn": f"arn:aws:s3:::{name}-1234567"}


def _named(name: str, inputs: Outputs) -> Outputs:
    return {"name": inputs.get("name", f"{name}-1234567")}


def _nothing(name: str, inputs: Outputs) -> Outputs:
    return {}


def _both(*parts: Callable[[str, Outputs], Outputs]) -> Callable[[str, Outputs], Outputs]:
    return lambda name, inputs: {key: value for part in parts for key, value in part(name, inputs).items()}


COMPUTED: dict[str, Callable[[str, Outputs], Outputs]] = {
    "aws:appautoscaling/policy:Policy": _named,
    "aws:appautoscaling/target:Target": _nothing,
    "aws:cloudwatch/dashboard:Dashboard": _nothing,
    "aws:cloudwatch/logGroup:LogGroup": _both(_named, _arn("logs", "log-group:")),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _both(_named, _arn("cloudwatch", "alarm:")),
    "aws:dynamodb/table:Table": _both(_named, _arn("dynamodb", "table/")),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _nothing,
    "aws:ec2/routeTable:RouteTable": _nothing,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _nothing,
    "aws:ec2/securityGroup:SecurityGroup": _both(_named, _arn("ec2", "security-group/")),
    "aws:ec2/subnet:Subnet": _arn("ec2", "subnet/"),
    "aws:ec2/vpc:Vpc": _arn("ec2", "vpc/"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": lambda name, inputs: {"prefixListId": f"pl-{name}"},
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _nothing,
    "aws:ecr/repository:Repository": lambda name, inputs: {
        **_arn("ecr", "repository/")(name, inputs),
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{inputs['name']}",
    },
    "aws:iam/role:Role": _both(_named, _arn("iam", "role/", region="")),
    "aws:iam/rolePolicy:RolePolicy": _named,
    "aws:kms/alias:Alias": _nothing,
    "aws:kms/key:Key": lambda name, inputs: {"keyId": name, **_arn("kms", "key/")(name, inputs)},
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _nothing,
    "aws:s3/bucketLogging:BucketLogging": _nothing,
    "aws:s3/bucketObjectv2:BucketObjectv2": _nothing,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _nothing,
    "aws:s3/bucketPolicy:BucketPolicy": _nothing,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _nothing,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _nothing,
    "aws:s3/bucketVersioning:BucketVersioning": _nothing,
    "aws:sagemaker/endpoint:Endpoint": _both(_named, _arn("sagemaker", "endpoint/")),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _both(_named, _arn("sagemaker", "endpoint-config/")),
    "aws:sagemaker/model:Model": _both(_named, _arn("sagemaker", "model/")),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": lambda name, inputs: {
        "arn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/{inputs['modelPackageGroupName']}"
    },
    "aws:sns/topic:Topic": _both(_named, _arn("sns", "")),
    "aws:sns/topicPolicy:TopicPolicy": _nothing,
    "aws:sns/topicSubscription:TopicSubscription": _nothing,
    "aws:ssm/parameter:Parameter": _arn("ssm", "parameter"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _nothing,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _nothing,
    "pulumi:providers:aws": _nothing,
}
"""By type token: the logical name and the inputs in, outputs beyond the inputs out."""


def answer(token: str, arguments: dict[str, Any], account: str) -> dict[str, Any] | None:
    """Return what a data source answers, or None for one that the platform should not ask."""
    if token == "aws:index/getCallerIdentity:getCallerIdentity":
        return {"accountId": account, "arn": f"arn:aws:iam::{account}:user/operator", "userId": "AIDAEXAMPLE"}
    if token == "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage":
        registry = f"141502667606.dkr.ecr.{REGION}.amazonaws.com"
        path = f"{registry}/{arguments['repositoryName']}:{arguments['imageTag']}"
        return {"registryId": "141502667606", "registryPath": path}
    return None
