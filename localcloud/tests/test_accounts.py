import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.accounts import access_key
from localcloud.testing import running_cloud


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with running_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


def client_with(aws, service, key, token=None):
    return boto3.session.Session().client(
        service,
        region_name="eu-west-1",
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=key,
        aws_secret_access_key="any",
        aws_session_token=token,
    )


def test_keys_of_an_assumed_role_belong_to_the_roles_account(aws):
    iam = aws.client("iam", account="000000000002")
    trust = {"Effect": "Allow", "Principal": {"AWS": aws.account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="release", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    keys = aws.client("sts").assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="me")["Credentials"]
    sagemaker = client_with(aws, "sagemaker", keys["AccessKeyId"], keys["SessionToken"])
    arn = sagemaker.create_model_package_group(ModelPackageGroupName="shop")["ModelPackageGroupArn"]
    assert arn == "arn:aws:sagemaker:eu-west-1:000000000002:model-package-group/shop"


@pytest.mark.parametrize(
    ("service", "operation"),
    [("s3", "list_buckets"), ("sagemaker", "list_models"), ("sts", "get_caller_identity"), ("sqs", "list_queues")],
)
def test_a_key_that_is_not_the_clouds_is_refused(aws, service, operation):
    with pytest.raises(ClientError, match="belongs to no account of this local cloud"):
        getattr(client_with(aws, service, "AKIAIOSFODNN7EXAMPLE"), operation)()


def test_a_standing_key_is_its_accounts_root(aws):
    told = aws.client("sts", account="000000000002").get_caller_identity()
    assert (told["Arn"], told["UserId"]) == ("arn:aws:iam::000000000002:root", "000000000002")


def test_an_account_is_twelve_digits():
    with pytest.raises(ValueError, match="twelve digits, got '12'"):
        access_key("12")


def test_a_long_poll_does_not_hold_up_other_requests(aws):
    import threading

    queue = aws.client("sqs").create_queue(QueueName="slow")["QueueUrl"]
    poll = threading.Thread(target=lambda: aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20))
    poll.start()
    began = time.monotonic()
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="wake up")
    poll.join(timeout=15)
    assert not poll.is_alive()
    assert time.monotonic() - began < 15
