"""What AWS would fill in, for the resource types that the platform declares; any other type is refused."""

from collections.abc import Callable
from typing import Any

ACCOUNT = "111111111111"
REGION = "eu-west-1"
Outputs = dict[str, Any]


Compute = Callable[[str, Outputs, str], Outputs]
"""The logical name, the inputs and the account in, outputs beyond the inputs out."""


def _arn(service: str, path: str, region: str = REGION) -> Compute:
    return lambda name, inputs, account: {
        "arn": f"arn:aws:{service}:{region}:{account}:{path}{inputs.get('name', name)}"
    }


def _bucket(name: str, inputs: Outputs, account: str) -> Outputs:
    bucket = inputs.get("bucket", f"{name}-1234567")
    return {"bucket": bucket, "arn": f"arn:aws:s3:::{bucket}"}


def _named(name: str, inputs: Outputs, account: str) -> Outputs:
    return {"name": inputs.get("name", f"{name}-1234567")}


def _nothing(name: str, inputs: Outputs, account: str) -> Outputs:
    return {}


def _both(*parts: Compute) -> Compute:
    return lambda name, inputs, account: {
        key: value for part in parts for key, value in part(name, inputs, account).items()
    }


COMPUTED: dict[str, Compute] = {
    "aws:appautoscaling/policy:Policy": _named,
    "aws:appautoscaling/scheduledAction:ScheduledAction": _named,
    "aws:appautoscaling/target:Target": _nothing,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _nothing,
    "aws:cloudwatch/dashboard:Dashboard": _nothing,
    "aws:cloudwatch/eventRule:EventRule": _both(_named, _arn("events", "rule/")),
    "aws:cloudwatch/eventTarget:EventTarget": _nothing,
    "aws:cloudwatch/logGroup:LogGroup": _both(_named, _arn("logs", "log-group:")),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _both(_named, _arn("cloudwatch", "alarm:")),
    "aws:dynamodb/table:Table": _both(_named, _arn("dynamodb", "table/")),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": _nothing,
    "aws:ebs/volume:Volume": _arn("ec2", "volume/"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _nothing,
    "aws:ec2/launchTemplate:LaunchTemplate": _nothing,
    "aws:ec2/route:Route": _nothing,
    "aws:ec2/routeTable:RouteTable": _nothing,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _nothing,
    "aws:ec2/securityGroup:SecurityGroup": _both(_named, _arn("ec2", "security-group/")),
    "aws:ec2/securityGroupRule:SecurityGroupRule": _nothing,
    "aws:ec2/subnet:Subnet": _arn("ec2", "subnet/"),
    "aws:ec2/vpc:Vpc": _arn("ec2", "vpc/"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": lambda name, inputs, account: {"prefixListId": f"pl-{name}"},
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _nothing,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _nothing,
    "aws:ecr/repository:Repository": lambda name, inputs, account: {
        **_arn("ecr", "repository/")(name, inputs, account),
        "repositoryUrl": f"{account}.dkr.ecr.{REGION}.amazonaws.com/{inputs['name']}",
    },
    "aws:efs/fileSystem:FileSystem": _arn("elasticfilesystem", "file-system/"),
    "aws:guardduty/detector:Detector": _arn("guardduty", "detector/"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": lambda name, inputs, account: {
        "arn": f"arn:aws:iam::{account}:oidc-provider/{inputs['url'].removeprefix('https://')}"
    },
    "aws:iam/policy:Policy": _both(_named, _arn("iam", "policy/", region="")),
    "aws:iam/role:Role": _both(_named, _arn("iam", "role/", region="")),
    "aws:iam/rolePolicy:RolePolicy": _named,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _nothing,
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": _both(_named, _arn("iam", "role/aws-service-role/", region="")),
    "aws:kms/alias:Alias": _nothing,
    "aws:kms/key:Key": lambda name, inputs, account: {"keyId": name, **_arn("kms", "key/")(name, inputs, account)},
    "aws:lambda/function:Function": _both(_named, _arn("lambda", "function:")),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _nothing,
    "aws:lambda/functionUrl:FunctionUrl": lambda name, inputs, account: {
        "functionUrl": f"https://{name}.lambda-url.{REGION}.on.aws/"
    },
    "aws:lambda/permission:Permission": _nothing,
    "aws:lb/listener:Listener": _nothing,
    "aws:rds/instance:Instance": _both(_named, _arn("rds", "db:")),
    "aws:rds/parameterGroup:ParameterGroup": _named,
    "aws:rds/subnetGroup:SubnetGroup": _named,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _nothing,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketAcl:BucketAcl": _nothing,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _nothing,
    "aws:s3/bucketLogging:BucketLogging": _nothing,
    "aws:s3/bucketNotification:BucketNotification": _nothing,
    "aws:s3/bucketObjectv2:BucketObjectv2": _nothing,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _nothing,
    "aws:s3/bucketPolicy:BucketPolicy": _nothing,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _nothing,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _nothing,
    "aws:s3/bucketVersioning:BucketVersioning": _nothing,
    "aws:sagemaker/endpoint:Endpoint": _both(_named, _arn("sagemaker", "endpoint/")),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _both(_named, _arn("sagemaker", "endpoint-config/")),
    "aws:sagemaker/mlflowApp:MlflowApp": lambda name, inputs, account: {
        "arn": f"arn:aws:sagemaker:{REGION}:{account}:mlflow-app/app-{name}"
    },
    "aws:sagemaker/model:Model": _both(_named, _arn("sagemaker", "model/")),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": lambda name, inputs, account: {
        "arn": f"arn:aws:sagemaker:{REGION}:{account}:model-package-group/{inputs['modelPackageGroupName']}"
    },
    "aws:sagemaker/notebookInstance:NotebookInstance": _nothing,
    "aws:secretsmanager/secret:Secret": _arn("secretsmanager", "secret:"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": _nothing,
    "aws:sns/topic:Topic": _both(_named, _arn("sns", "")),
    "aws:sns/topicPolicy:TopicPolicy": _nothing,
    "aws:sns/topicSubscription:TopicSubscription": _nothing,
    "aws:sqs/queue:Queue": _both(
        _named,
        _arn("sqs", ""),
        lambda name, inputs, account: {"url": f"https://sqs.{REGION}.amazonaws.com/{account}/{name}"},
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _nothing,
    "aws:ssm/parameter:Parameter": _arn("ssm", "parameter"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _nothing,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _nothing,
    "pulumi:providers:aws": _nothing,
}
"""By type token."""


def answer(token: str, arguments: dict[str, Any], account: str) -> dict[str, Any] | None:
    """Return what a data source answers, or None for one that the platform should not ask."""
    if token == "aws:index/getCallerIdentity:getCallerIdentity":
        return {"accountId": account, "arn": f"arn:aws:iam::{account}:user/operator", "userId": "AIDAEXAMPLE"}
    if token == "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage":
        registry = f"141502667606.dkr.ecr.{REGION}.amazonaws.com"
        path = f"{registry}/{arguments['repositoryName']}:{arguments['imageTag']}"
        return {"registryId": "141502667606", "registryPath": path}
    return None
