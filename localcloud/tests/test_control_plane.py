import pytest
from botocore.exceptions import ClientError

from localcloud.testing import running_cloud


def test_a_read_before_the_first_change_does_not_alter_the_ids_of_a_replay(tmp_path):
    with running_cloud(tmp_path) as aws:
        aws.client("kms").list_keys()
        key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
        aws.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with running_cloud(tmp_path) as aws:
        assert aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_an_accounts_resources_are_its_own_and_survive_a_restart(tmp_path):
    with running_cloud(tmp_path) as aws:
        where = {"LocationConstraint": "eu-west-1"}
        aws.client("s3").create_bucket(Bucket="alpha", CreateBucketConfiguration=where)
        aws.client("s3").put_object(Bucket="alpha", Key="a/b c", Body=b"x" * 10_000, Metadata={"my_key": "v"})
        version = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
        secret = aws.client("kms").encrypt(KeyId=version, Plaintext=b"word")["CiphertextBlob"]
        vpc = aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        assert aws.client("s3", account="000000000002").list_buckets()["Buckets"] == []
    with running_cloud(tmp_path) as aws:
        stored = aws.client("s3").get_object(Bucket="alpha", Key="a/b c")
        assert stored["Body"].read() == b"x" * 10_000
        assert stored["Metadata"] == {"my_key": "v"}
        assert aws.client("kms").decrypt(CiphertextBlob=secret)["Plaintext"] == b"word"
        assert aws.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]
        with pytest.raises(ClientError, match=r"Access ?Denied"):
            aws.client("s3", account="000000000002").get_object(Bucket="alpha", Key="a/b c")
