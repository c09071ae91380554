"""Types that cost by use, which no input tells, and types that cost nothing."""

BY_USE = {
    "aws:s3/bucket:Bucket": "S3: storage, earlier versions, requests",
    "aws:s3/bucketV2:BucketV2": "S3: storage, earlier versions, requests",
    "aws:sagemaker/endpoint:Endpoint": "SageMaker: instances above the minimum, their volumes, data in and out",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": "SageMaker: hours of training and processing jobs",
    "aws:sagemaker/pipeline:Pipeline": "SageMaker: hours of training and processing jobs",
    "aws:dynamodb/table:Table": "DynamoDB: requests, storage, backups",
    "aws:ecr/repository:Repository": "ECR: storage of images, scans",
    "aws:cloudwatch/logGroup:LogGroup": "CloudWatch: volume of logs, and metrics of your own",
    "aws:kms/key:Key": "KMS: requests, and earlier key material after a rotation",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "PrivateLink: volume of data",
    "aws:ec2/natGateway:NatGateway": "NAT: volume of data",
    "aws:sns/topic:Topic": "SNS: messages",
    "aws:sqs/queue:Queue": "SQS: requests",
    "aws:lambda/function:Function": "Lambda: requests and run time",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "Firehose: volume of data",
    "aws:kinesis/stream:Stream": "Kinesis: shards and volume of data",
    "aws:efs/fileSystem:FileSystem": "EFS: storage and throughput",
    "aws:lb/loadBalancer:LoadBalancer": "Load balancers: capacity units",
    "aws:athena/workgroup:Workgroup": "Athena: volume of scanned data",
    "aws:glue/catalogDatabase:CatalogDatabase": "Glue: crawlers and jobs",
    "aws:cloudtrail/trail:Trail": "CloudTrail: data events",
    "aws:backup/vault:Vault": "Backup: storage of recovery points",
    "aws:guardduty/detector:Detector": "GuardDuty: volume of events",
    "aws:scheduler/schedule:Schedule": "EventBridge: invocations",
    "aws:cloudwatch/eventRule:EventRule": "EventBridge: events of your own",
    "aws:cloudwatch/eventBus:EventBus": "EventBridge: events of your own",
    "aws:rds/instance:Instance": "RDS: backups beyond the size of its disk",
    "aws:secretsmanager/secret:Secret": "Secrets Manager: requests",
}
"""Type -> what is not in an estimate."""

_FREE_SERVICES = (
    "pulumi:",
    "trainyard:",
    "aws:iam/",
    "aws:budgets/",
    "aws:appautoscaling/",
    "aws:vpc/",
    "aws:s3/bucket",
)
"""Beginnings of types that cost nothing themselves; buckets are in `BY_USE`."""

_FREE = {
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/route:Route",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
    "aws:efs/accessPoint:AccessPoint",
    "aws:efs/mountTarget:MountTarget",
    "aws:kms/alias:Alias",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:lambda/functionUrl:FunctionUrl",
    "aws:lambda/permission:Permission",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:sagemaker/mlflowApp:MlflowApp",
    "aws:sagemaker/model:Model",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:sqs/queuePolicy:QueuePolicy",
}


def is_free(type_token: str) -> bool:
    """Return whether a type costs nothing by itself."""
    return type_token in _FREE or type_token.startswith(_FREE_SERVICES)
