"""No bucket is public: access blocked on every one, and no ACL that opens one."""

from collections.abc import Iterator, Sequence

from stacks.rules.context import Context
from stacks.rules.reading import at, leaves, shown
from stacks.rules.relations import parts
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_BLOCKS = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_OPEN_ACLS = ("public-read", "public-read-write", "authenticated-read")
_EVERYBODY = ("AllUsers", "AuthenticatedUsers")
"""Groups of S3's ACLs: the world, and everybody with any AWS account."""
_BLOCK_IT = (
    f"Give the bucket an aws.s3.BucketPublicAccessBlock with {', '.join(_FLAGS)} true, as infra.bucket.SafeBucket does."
)
_NO_ACL = "Remove the ACL; name who may read in the bucket's policy."


def _judge(resources: Sequence[Resource], context: Context) -> Iterator[Verdict]:
    for resource in resources:
        if resource.type in BUCKETS:
            yield from _blocked(resource, resources)
        if resource.type.startswith("aws:s3/"):
            yield from _acl(resource)


def _blocked(bucket: Resource, resources: Sequence[Resource]) -> Iterator[Verdict]:
    blocks = parts(bucket, _BLOCKS, "bucket", resources)
    for block in blocks.found:
        yield from _complete(bucket, block)
    if not blocks.found and blocks.unsure:
        yield Undecided(bucket, "bucket")
    elif not blocks.found:
        yield Broken(bucket, f"{bucket} has no public access block, so one policy or ACL can open it.", _BLOCK_IT)


def _complete(bucket: Resource, block: Resource) -> Iterator[Verdict]:
    for flag in _FLAGS:
        value = block.inputs.get(flag)
        if value == UNKNOWN:
            yield Undecided(block, flag)
        elif value is not True:
            yield Broken(block, f"{block} leaves {flag} {shown(value)}, so {bucket} can be opened.", _BLOCK_IT)


def _acl(resource: Resource) -> Iterator[Verdict]:
    for path, value in at(resource.inputs, "acl"):
        if value == UNKNOWN:
            yield Undecided(resource, path)
        elif value in _OPEN_ACLS:
            yield Broken(resource, f"{resource} has {path} {shown(value)}, which strangers can read.", _NO_ACL)
    for grants in ("grants", "accessControlPolicy"):
        for path, value in leaves(resource.inputs.get(grants), grants):
            if str(value).rpartition("/")[2] in _EVERYBODY:
                yield Broken(resource, f"{resource} has {path} {shown(value)}, a grant to strangers.", _NO_ACL)


RULE = Rule(
    "no-public-bucket",
    "No bucket is public: all four kinds of public access are blocked on each, and no ACL opens one.",
    _judge,
)
