import json

import pytest

from infra.bucket import SafeBucket, SafeBucketArgs
from tests.harness import Deployment, deploy

KEY = "arn:aws:kms:eu-west-1:111111111111:key/k"


def deployed(
    *,
    key_arn: str | None = KEY,
    log_bucket: str | None = "logs",
    expiration_days: int | None = None,
    protect: bool = True,
    tells_of_objects: bool = False,
) -> Deployment:
    args = SafeBucketArgs(
        account="111111111111",
        role="raw",
        key_arn=key_arn,
        log_bucket=log_bucket,
        noncurrent_version_days=7,
        expiration_days=expiration_days,
        protect=protect,
        tells_of_objects=tells_of_objects,
    )
    return deploy(lambda: SafeBucket("raw", args))


def test_a_bucket_has_all_that_makes_it_safe_and_nothing_else() -> None:
    assert sorted(child.name for child in deployed().children("raw")) == [
        "raw-bucket",
        "raw-encryption",
        "raw-lifecycle",
        "raw-logging",
        "raw-ownership",
        "raw-policy",
        "raw-public-access",
        "raw-versioning",
    ]


def test_eventbridge_hears_of_objects_only_where_it_is_asked_for() -> None:
    assert deployed().of_type("BucketNotification") == []
    assert deployed(tells_of_objects=True).one("BucketNotification").inputs == {
        "bucket": "raw-bucket-1234567",
        "eventbridge": True,
    }


def test_objects_are_encrypted_with_the_environments_key() -> None:
    (rule,) = deployed().one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule == {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
        "bucketKeyEnabled": True,
    }


def test_the_bucket_of_access_logs_uses_s3s_own_key_and_logs_nothing() -> None:
    deployment = deployed(key_arn=None, log_bucket=None)
    (rule,) = deployment.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    assert deployment.of_type("BucketLogging") == []
    principals = [
        each["Principal"] for each in json.loads(deployment.one("BucketPolicy").inputs["policy"])["Statement"]
    ]
    assert {"Service": "logging.s3.amazonaws.com"} in principals


@pytest.mark.parametrize(("key_arn", "log_bucket"), [(None, "logs"), (KEY, None)])
def test_a_bucket_of_data_cannot_be_made_without_key_or_log(key_arn: str | None, log_bucket: str | None) -> None:
    with pytest.raises(ValueError, match="key_arn and log_bucket go together"):
        deployed(key_arn=key_arn, log_bucket=log_bucket)


def test_nobody_gets_public_access_or_owns_an_object_by_acl() -> None:
    deployment = deployed()
    blocked = deployment.one("BucketPublicAccessBlock").inputs
    assert [blocked[key] for key in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls")] == [True] * 3
    assert blocked["restrictPublicBuckets"] is True
    assert deployment.one("BucketOwnershipControls").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_plain_http_and_other_accounts_are_denied() -> None:
    statements = json.loads(deployed().one("BucketPolicy").inputs["policy"])["Statement"]
    assert [(each["Sid"], each["Effect"]) for each in statements] == [
        ("DenyWithoutTls", "Deny"),
        ("DenyOtherAccounts", "Deny"),
    ]
    assert statements[0]["Resource"][0] == "arn:aws:s3:::raw-bucket-1234567"


def test_old_versions_go_and_the_rule_waits_for_versioning() -> None:
    deployment = deployed()
    lifecycle = deployment.one("BucketLifecycleConfiguration")
    (rule,) = lifecycle.inputs["rules"]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 7}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert rule["expiration"] == {"expiredObjectDeleteMarker": True}
    assert "raw-versioning" in lifecycle.dependencies
    assert deployment.one("BucketVersioning").inputs["versioningConfiguration"] == {"status": "Enabled"}


def test_objects_expire_where_asked() -> None:
    (rule,) = deployed(expiration_days=14).one("BucketLifecycleConfiguration").inputs["rules"]
    assert rule["expiration"] == {"days": 14}


@pytest.mark.parametrize("protect", [True, False])
def test_a_protected_bucket_is_neither_deleted_nor_emptied(protect: bool) -> None:
    bucket = deployed(protect=protect).one("s3/bucket:Bucket")
    assert bucket.protect is protect
    assert bucket.inputs["forceDestroy"] is not protect
    assert "bucket" not in bucket.inputs  # the physical name is Pulumi's
