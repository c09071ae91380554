import json

from infra.state_store import StateStore, StateStoreArgs
from tests.harness import Deployment, deploy

NAME = "trainyard-state-111111111111-eu-west-1"


def deployed(*, existing_bucket: bool = False, existing_key_arn: str | None = None) -> Deployment:
    args = StateStoreArgs(
        account="111111111111",
        bucket=NAME,
        key_alias="alias/trainyard-state",
        noncurrent_version_days=90,
        access_log_days=30,
        key_deletion_days=30,
        existing_bucket=existing_bucket,
        existing_key_arn=existing_key_arn,
    )
    return deploy(lambda: StateStore("state", args))


def test_the_bucket_has_the_name_that_workflows_know() -> None:
    assert deployed().named("state-objects-bucket").inputs["bucket"] == NAME


def test_the_state_is_versioned_and_encrypted_with_its_own_key() -> None:
    deployment = deployed()
    assert deployment.named("state-objects-versioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = deployment.named("state-objects-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"].endswith(":key/state-key")
    (old,) = deployment.named("state-objects-lifecycle").inputs["rules"]
    assert old["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert "days" not in old["expiration"]


def test_nobody_reads_the_state_without_tls_or_from_outside_and_each_access_is_logged() -> None:
    deployment = deployed()
    policy = json.loads(deployment.named("state-objects-policy").inputs["policy"])
    assert [each["Sid"] for each in policy["Statement"]] == ["DenyWithoutTls", "DenyOtherAccounts"]
    blocked = deployment.named("state-objects-public-access").inputs
    assert [blocked["blockPublicPolicy"], blocked["restrictPublicBuckets"]] == [True, True]
    assert deployment.one("BucketLogging").inputs["targetBucket"] == "state-logs-bucket-1234567"


def test_the_key_rotates_and_is_the_accounts_alone() -> None:
    deployment = deployed()
    key = deployment.one("Key")
    assert key.inputs["enableKeyRotation"] is True
    (statement,) = json.loads(key.inputs["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
    assert deployment.one("Alias").inputs["name"] == "alias/trainyard-state"


def test_all_of_it_is_protected_and_would_be_retained() -> None:
    deployment = deployed()
    assert all(each.protect for each in deployment.resources if each.custom)
    # What is inside takes its retention from these: the engine hands it down.
    assert all(each.retain_on_delete for each in deployment.children("state"))
    assert deployment.named("state-objects-bucket").inputs["forceDestroy"] is False


def test_a_bucket_and_a_key_that_exist_are_used_and_not_declared() -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/mine"
    deployment = deployed(existing_bucket=True, existing_key_arn=key)
    assert [each.name for each in deployment.resources if each.custom] == ["state-alias"]
    assert deployment.one("Alias").inputs["targetKeyId"] == key
