"""The environment's five buckets, by who writes and who reads them.

raw: orders as they came · features: snapshots and features · artifacts: models, reports, pipeline definitions,
scored batches · capture: what the endpoint was asked and answered · logs: accesses to the other four.
"""

from dataclasses import dataclass

import pulumi

from infra.bucket import SafeBucket, SafeBucketArgs


@dataclass(frozen=True, kw_only=True)
class DataBucketsArgs:
    """What `DataBuckets` needs; all spans in days."""

    account: str
    key_arn: pulumi.Input[str]
    noncurrent_version_days: int
    capture_days: int
    """Capture holds customers' data: it goes by itself."""
    access_log_days: int
    raw_tells_of_objects: bool = False
    """Whether EventBridge hears of orders that arrive."""
    protect: bool


class DataBuckets(pulumi.ComponentResource):
    """Five safe buckets; four of them log their accesses to the fifth."""

    raw: SafeBucket
    features: SafeBucket
    artifacts: SafeBucket
    capture: SafeBucket
    logs: SafeBucket

    def __init__(self, name: str, args: DataBucketsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:DataBuckets", name, None, opts)
        self._prefix = name
        self._args = args
        self.logs = SafeBucket(
            f"{name}-logs",
            SafeBucketArgs(
                account=args.account,
                role="logs",
                key_arn=None,
                log_bucket=None,
                noncurrent_version_days=args.noncurrent_version_days,
                expiration_days=args.access_log_days,
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.raw = self._logged("raw", tells_of_objects=args.raw_tells_of_objects)
        self.features = self._logged("features")
        self.artifacts = self._logged("artifacts")
        self.capture = self._logged("capture", expiration_days=args.capture_days)
        self.register_outputs({role: bucket.bucket for role, bucket in self.by_role().items()})

    def by_role(self) -> dict[str, SafeBucket]:
        """Return the buckets by what they hold, in the order of data's way through them."""
        return {
            "raw": self.raw,
            "features": self.features,
            "artifacts": self.artifacts,
            "capture": self.capture,
            "logs": self.logs,
        }

    def _logged(self, role: str, *, expiration_days: int | None = None, tells_of_objects: bool = False) -> SafeBucket:
        return SafeBucket(
            f"{self._prefix}-{role}",
            SafeBucketArgs(
                account=self._args.account,
                role=role,
                key_arn=self._args.key_arn,
                log_bucket=self.logs.bucket,
                noncurrent_version_days=self._args.noncurrent_version_days,
                expiration_days=expiration_days,
                tells_of_objects=tells_of_objects,
                protect=self._args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
