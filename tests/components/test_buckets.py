from infra.buckets import DataBuckets, DataBucketsArgs
from tests.harness import Deployment, deploy


def deployed() -> Deployment:
    args = DataBucketsArgs(
        account="111111111111",
        key_arn="arn:aws:kms:eu-west-1:111111111111:key/k",
        noncurrent_version_days=7,
        capture_days=14,
        access_log_days=30,
        protect=True,
    )
    return deploy(lambda: DataBuckets("data", args))


def test_there_are_five_buckets() -> None:
    assert sorted(child.name for child in deployed().children("data")) == [
        "data-artifacts",
        "data-capture",
        "data-features",
        "data-logs",
        "data-raw",
    ]


def test_all_accesses_are_logged_under_the_buckets_role() -> None:
    logged = {each.inputs["targetPrefix"]: each.inputs["targetBucket"] for each in deployed().of_type("BucketLogging")}
    assert logged == {
        f"access/{role}/": "data-logs-bucket-1234567" for role in ("artifacts", "capture", "features", "raw")
    }


def test_logging_waits_for_the_policy_that_allows_it() -> None:
    assert all("data-logs-policy" in each.dependencies for each in deployed().of_type("BucketLogging"))


def test_captured_requests_and_access_logs_go_by_themselves_and_data_does_not() -> None:
    deployment = deployed()
    days = {
        role: deployment.named(f"data-{role}-lifecycle").inputs["rules"][0]["expiration"].get("days")
        for role in ("raw", "features", "artifacts", "capture", "logs")
    }
    assert days == {"raw": None, "features": None, "artifacts": None, "capture": 14, "logs": 30}


def test_every_bucket_is_protected() -> None:
    assert all(bucket.protect for bucket in deployed().of_type("s3/bucket:Bucket"))
