"""Every executed type: what is read back is what was asked for, changes land in place, and deletion leaves nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.provider.provider import Provider

from .world import World

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def allow(action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def world(provider: Provider) -> Iterator[World]:
    made = World(provider)
    yield made
    made.unmake()


def test_a_bucket_with_all_its_settings_settles(world: World) -> None:
    logs = world.make("aws:s3/bucket:Bucket", "logs", forceDestroy=True)
    bucket = world.make("aws:s3/bucket:Bucket", "data", tags={"role": "raw"})
    of = {"bucket": bucket["bucket"]}
    deliver = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{logs['arn']}/*",
    }
    world.make(
        "aws:s3/bucketPolicy:BucketPolicy",
        "deliver",
        bucket=logs["bucket"],
        policy=json.dumps({"Version": "2012-10-17", "Statement": [deliver]}),
    )
    rules = [
        {
            "id": "old",
            "status": "Enabled",
            "filter": {"prefix": "a/"},
            "expiration": {"days": 30},
            "noncurrentVersionExpiration": {"noncurrentDays": 7},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
        },
        {"id": "all", "status": "Enabled", "filter": {}, "noncurrentVersionExpiration": {"noncurrentDays": 9}},
    ]
    encryption = [
        {
            "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"},
            "bucketKeyEnabled": True,
        }
    ]
    settings = [
        world.make(
            "aws:s3/bucketVersioning:BucketVersioning", "v", **of, versioningConfiguration={"status": "Enabled"}
        ),
        world.make(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "e",
            **of,
            rules=encryption,
        ),
        world.make(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "p",
            **of,
            blockPublicAcls=True,
            blockPublicPolicy=True,
            ignorePublicAcls=True,
            restrictPublicBuckets=True,
        ),
        world.make(
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "o",
            **of,
            rule={"objectOwnership": "BucketOwnerEnforced"},
        ),
        world.make("aws:s3/bucketPolicy:BucketPolicy", "b", **of, policy=allow("s3:GetObject", f"{bucket['arn']}/*")),
        world.make("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "l", **of, rules=rules),
        world.make("aws:s3/bucketLogging:BucketLogging", "g", **of, targetBucket=logs["bucket"], targetPrefix="data/"),
        world.make("aws:s3/bucketNotification:BucketNotification", "n", **of, eventbridge=True),
    ]
    for made in [logs, bucket, *settings]:
        world.settled(made)
    world.change(bucket, tags={"role": "raw", "more": "yes"})
    world.change(bucket, tags=None)
    world.change(settings[5], rules=[{**rules[0], "expiration": {"days": 31}}])
    assert bucket["arn"] == f"arn:aws:s3:::{bucket['bucket']}"
    assert bucket["tagsAll"] == {"owner": "platform"}


def test_an_object_follows_its_content(world: World, tmp_path: Path) -> None:
    bucket = world.make("aws:s3/bucket:Bucket", "objects", forceDestroy=True)
    file = tmp_path / "a.txt"
    file.write_text("one")
    made = world.make(
        "aws:s3/bucketObjectv2:BucketObjectv2", "o", bucket=bucket["bucket"], key="k/a.txt", source=str(file)
    )
    world.settled(made)
    text = world.make(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "t",
        bucket=bucket["bucket"],
        key="k/t.json",
        content="{}",
        tags={"a": "b"},
    )
    world.settled(text)
    world.change(text, content='{"b": 1}')
    body = world.provider.session.client("s3").get_object(Bucket=bucket["bucket"], Key="k/t.json")["Body"].read()
    assert body == b'{"b": 1}'
    assert text["contentType"] == "application/json"


def test_a_bucket_that_may_be_destroyed_goes_with_more_objects_than_a_page_lists(world: World) -> None:
    bucket = world.make("aws:s3/bucket:Bucket", "logs", forceDestroy=True)["bucket"]
    s3 = world.provider.session.client("s3")
    for number in range(1_050):
        s3.put_object(Bucket=bucket, Key=f"logs/{number}", Body=b"")
    world.unmake()
    assert bucket not in [one["Name"] for one in s3.list_buckets()["Buckets"]]


def test_roles_and_policies_settle(world: World) -> None:
    role = world.make("aws:iam/role:Role", "training", assumeRolePolicy=TRUST, description="Trains", tags={"a": "b"})
    inline = world.make("aws:iam/rolePolicy:RolePolicy", "inline", role=role["name"], policy=allow("s3:*", "*"))
    policy = world.make("aws:iam/policy:Policy", "shared", policy=allow("ecr:*", "*"))
    attached = world.make(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", role=role["name"], policyArn=policy["arn"]
    )
    for made in (role, inline, policy, attached):
        world.settled(made)
    world.change(role, description="Trains more", maxSessionDuration=7200)
    world.change(inline, policy=allow("s3:GetObject", "*"))
    for number in range(6):
        world.change(policy, policy=allow(f"ecr:Get{number}", "*"))


def test_keys_settle_and_are_gone_when_pending_deletion(world: World) -> None:
    key = world.make("aws:kms/key:Key", "k", description="d", enableKeyRotation=True, deletionWindowInDays=7)
    alias = world.make("aws:kms/alias:Alias", "a", name="alias/mine", targetKeyId=key["keyId"])
    by_arn = world.make("aws:kms/alias:Alias", "b", targetKeyId=key["arn"])
    for made in (key, alias, by_arn):
        world.settled(made)
    world.change(key, enableKeyRotation=False, description="e")
    assert by_arn["name"].startswith("alias/b-")


def test_a_key_changes_its_rotation_while_it_is_enabled(world: World) -> None:
    key = world.make("aws:kms/key:Key", "k", isEnabled=True)
    world.change(key, isEnabled=False, enableKeyRotation=True)
    world.change(key, isEnabled=True, enableKeyRotation=False)


def test_a_network_settles(world: World) -> None:
    vpc = world.make(
        "aws:ec2/vpc:Vpc",
        "v",
        cidrBlock="10.9.0.0/16",
        enableDnsSupport=True,
        enableDnsHostnames=True,
        tags={"Name": "v"},
    )
    default = world.make("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "d", vpcId=vpc.id)
    routes = world.make("aws:ec2/routeTable:RouteTable", "r", vpcId=vpc.id)
    subnet = world.make(
        "aws:ec2/subnet:Subnet",
        "s",
        vpcId=vpc.id,
        cidrBlock="10.9.0.0/20",
        availabilityZone="eu-west-1a",
        mapPublicIpOnLaunch=False,
    )
    joined = world.make(
        "aws:ec2/routeTableAssociation:RouteTableAssociation", "j", subnetId=subnet.id, routeTableId=routes.id
    )
    group = world.make("aws:ec2/securityGroup:SecurityGroup", "g", vpcId=vpc.id, description="Jobs")
    within = {"securityGroupId": group.id, "referencedSecurityGroupId": group.id, "ipProtocol": "-1"}
    ingress = world.make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "i", **within, description="in")
    egress = world.make("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "e", **within)
    gateway = world.make(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "s3",
        vpcId=vpc.id,
        serviceName="com.amazonaws.eu-west-1.s3",
        vpcEndpointType="Gateway",
        routeTableIds=[routes.id],
    )
    to_s3 = world.make(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "to-s3",
        securityGroupId=group.id,
        prefixListId=gateway["prefixListId"],
        ipProtocol="tcp",
        fromPort=443,
        toPort=443,
    )
    interface = world.make(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "logs",
        vpcId=vpc.id,
        serviceName="com.amazonaws.eu-west-1.logs",
        vpcEndpointType="Interface",
        subnetIds=[subnet.id],
        securityGroupIds=[group.id],
        privateDnsEnabled=True,
    )
    listed = world.make(
        "aws:ec2/securityGroup:SecurityGroup",
        "listed",
        vpcId=vpc.id,
        ingress=[{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}],
    )
    for made in (vpc, default, routes, subnet, joined, group, ingress, egress, gateway, to_s3, interface, listed):
        world.settled(made)
    world.change(vpc, tags={"Name": "w"})
    world.change(subnet, mapPublicIpOnLaunch=True)
    world.change(listed, ingress=[{"protocol": "tcp", "fromPort": 80, "toPort": 80, "cidrBlocks": ["10.0.0.0/8"]}])
    world.change(ingress, description="within")


def test_a_repository_settles(world: World) -> None:
    made = world.make(
        "aws:ecr/repository:Repository",
        "r",
        name="trainyard/settles",
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfigurations=[{"encryptionType": "AES256"}],
        forceDelete=True,
    )
    text = json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {
                        "tagStatus": "untagged",
                        "countType": "sinceImagePushed",
                        "countUnit": "days",
                        "countNumber": 7,
                    },
                    "action": {"type": "expire"},
                }
            ]
        }
    )
    life = world.make("aws:ecr/lifecyclePolicy:LifecyclePolicy", "l", repository=made["name"], policy=text)
    access = world.make(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "p",
        repository=made["name"],
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}],
            }
        ),
    )
    for one in (made, life, access):
        world.settled(one)
    world.change(made, imageTagMutability="MUTABLE", imageScanningConfiguration={"scanOnPush": False})
    assert made["repositoryUrl"].endswith(".dkr.ecr.eu-west-1.amazonaws.com/trainyard/settles")


def test_topics_and_queues_settle(world: World) -> None:
    topic = world.make("aws:sns/topic:Topic", "t", displayName="Hello", tags={"a": "b"})
    policy = world.make(
        "aws:sns/topicPolicy:TopicPolicy", "p", arn=topic["arn"], policy=allow("sns:Publish", topic["arn"])
    )
    queue = world.make(
        "aws:sqs/queue:Queue", "q", visibilityTimeoutSeconds=60, messageRetentionSeconds=86400, tags={"a": "b"}
    )
    fifo = world.make("aws:sqs/queue:Queue", "f", fifoQueue=True, contentBasedDeduplication=True)
    access = world.make(
        "aws:sqs/queuePolicy:QueuePolicy", "a", queueUrl=queue["url"], policy=allow("sqs:SendMessage", queue["arn"])
    )
    subscription = world.make(
        "aws:sns/topicSubscription:TopicSubscription",
        "s",
        topic=topic["arn"],
        protocol="sqs",
        endpoint=queue["arn"],
        rawMessageDelivery=True,
    )
    mail = world.make(
        "aws:sns/topicSubscription:TopicSubscription",
        "m",
        topic=topic["arn"],
        protocol="email",
        endpoint="a@example.com",
    )
    for made in (topic, policy, queue, fifo, access, subscription, mail):
        world.settled(made)
    world.change(topic, displayName="Goodbye", tags={"a": "c"})
    world.change(queue, visibilityTimeoutSeconds=90, tags=None)
    assert fifo["name"].endswith(".fifo")


def test_alarms_and_dashboards_settle(world: World) -> None:
    plain = world.make(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "plain",
        namespace="AWS/SageMaker",
        metricName="ModelLatency",
        dimensions={"EndpointName": "e", "VariantName": "live"},
        extendedStatistic="p99",
        unit="Microseconds",
        period=60,
        threshold=500000,
        comparisonOperator="GreaterThanThreshold",
        evaluationPeriods=1,
        treatMissingData="notBreaching",
        alarmActions=["arn:aws:sns:eu-west-1:000000000001:t"],
    )
    metric = {
        "namespace": "AWS/SageMaker",
        "metricName": "Invocations",
        "dimensions": {"EndpointName": "e"},
        "stat": "Sum",
        "period": 60,
    }
    share = world.make(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "share",
        name="e-5xx",
        metricQueries=[
            {"id": "invocations", "metric": metric, "returnData": False},
            {"id": "share", "expression": "100 * invocations", "label": "Share", "returnData": True},
        ],
        threshold=1.5,
        comparisonOperator="GreaterThanThreshold",
        evaluationPeriods=1,
        tags={"a": "b"},
    )
    body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "x"}}]})
    board = world.make("aws:cloudwatch/dashboard:Dashboard", "d", dashboardName="board", dashboardBody=body)
    for made in (plain, share, board):
        world.settled(made)
    world.change(plain, threshold=600000)
    world.change(share, threshold=2, tags={"a": "c"})
    world.change(board, dashboardBody=json.dumps({"widgets": []}))


def test_logs_and_event_rules_settle(world: World) -> None:
    group = world.make("aws:cloudwatch/logGroup:LogGroup", "l", name="/mine", retentionInDays=14, tags={"a": "b"})
    pattern = json.dumps({"source": ["aws.sagemaker"]})
    rule = world.make("aws:cloudwatch/eventRule:EventRule", "r", eventPattern=pattern, description="d", tags={"a": "b"})
    queue = world.make("aws:sqs/queue:Queue", "events")
    target = world.make("aws:cloudwatch/eventTarget:EventTarget", "t", rule=rule["name"], arn=queue["arn"])
    for made in (group, rule, queue, target):
        world.settled(made)
    world.change(group, retentionInDays=30, tags={"a": "c"})
    world.change(rule, eventPattern=json.dumps({"source": ["aws.ecr"]}))
    world.change(target, input=json.dumps({"a": 1}))


def test_a_table_settles(world: World) -> None:
    key = world.make("aws:kms/key:Key", "table-key")
    made = world.make(
        "aws:dynamodb/table:Table",
        "deployments",
        billingMode="PAY_PER_REQUEST",
        hashKey="service",
        rangeKey="release_id",
        attributes=[{"name": "service", "type": "S"}, {"name": "release_id", "type": "S"}],
        pointInTimeRecovery={"enabled": True},
        serverSideEncryption={"enabled": True, "kmsKeyArn": key["arn"]},
        ttl={"attributeName": "expires", "enabled": True},
        deletionProtectionEnabled=True,
        tags={"a": "b"},
    )
    world.settled(made)
    world.change(made, deletionProtectionEnabled=False, tags={"a": "c"})
    world.change(made, pointInTimeRecovery={"enabled": False})


def test_a_table_of_one_key_with_dots_in_its_name_settles(world: World) -> None:
    made = world.make(
        "aws:dynamodb/table:Table",
        "features",
        name="shop_dev.customer_features_v2",
        billingMode="PAY_PER_REQUEST",
        hashKey="entity_id",
        attributes=[{"name": "entity_id", "type": "S"}],
        pointInTimeRecovery={"enabled": True},
        deletionProtectionEnabled=False,
    )
    assert made["arn"].endswith(":table/shop_dev.customer_features_v2")
    world.settled(made)


@pytest.mark.parametrize("kind", ["String", "SecureString"])
def test_a_parameter_settles(world: World, kind: str) -> None:
    made = world.make("aws:ssm/parameter:Parameter", "p", name=f"/x/{kind}", type=kind, value="1", description="d")
    world.settled(made)
    world.change(made, value="2", tags={"a": "b"})
    assert made["version"] == 2


def test_scaling_settles(world: World) -> None:
    where = {
        "serviceNamespace": "dynamodb",
        "resourceId": "table/t",
        "scalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    target = world.make("aws:appautoscaling/target:Target", "t", **where, minCapacity=1, maxCapacity=4)
    tracking = {
        "predefinedMetricSpecification": {"predefinedMetricType": "DynamoDBReadCapacityUtilization"},
        "targetValue": 70,
        "scaleInCooldown": 300,
        "scaleOutCooldown": 60,
    }
    policy = world.make(
        "aws:appautoscaling/policy:Policy",
        "p",
        **where,
        policyType="TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration=tracking,
    )
    action = world.make(
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        "a",
        **where,
        name="morning",
        schedule="cron(0 8 * * ? *)",
        startTime="2030-01-01T08:00:00+01:00",
        scalableTargetAction={"minCapacity": 2, "maxCapacity": 4},
    )
    for made in (target, policy, action):
        world.settled(made)
    world.change(target, maxCapacity=8)
    world.change(policy, targetTrackingScalingPolicyConfiguration={**tracking, "targetValue": 50})
    world.change(action, schedule="rate(1 day)", timezone="Europe/Berlin", startTime=None)


def test_sagemaker_resources_settle(world: World) -> None:
    role = world.make("aws:iam/role:Role", "serving", assumeRolePolicy=TRUST)
    bucket = world.make("aws:s3/bucket:Bucket", "artifacts", forceDestroy=True)["bucket"]
    world.provider.session.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=b"x")
    group = world.make(
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        "g",
        modelPackageGroupName="recommender-test",
        modelPackageGroupDescription="d",
    )
    model = world.make(
        "aws:sagemaker/model:Model",
        "m",
        executionRoleArn=role["arn"],
        primaryContainer={
            "image": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
            "modelDataUrl": f"s3://{bucket}/model.tar.gz",
            "environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        },
        enableNetworkIsolation=False,
        tags={"a": "b"},
    )
    config = world.make(
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        "c",
        namePrefix="recommender-",
        productionVariants=[
            {
                "variantName": "live",
                "modelName": model["name"],
                "initialInstanceCount": 2,
                "instanceType": "ml.m5.large",
                "initialVariantWeight": 1,
            }
        ],
        dataCaptureConfig={
            "enableCapture": True,
            "initialSamplingPercentage": 100,
            "destinationS3Uri": f"s3://{bucket}/capture",
            "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
            "captureContentTypeHeader": {"jsonContentTypes": ["application/json"]},
        },
    )
    for made in (role, group, model, config):
        world.settled(made)
    world.change(model, tags={"a": "c"})
    assert config["name"].startswith("recommender-")
