"""What the data role may do: read snapshots of orders, and keep each once where DVC looks for it. Nothing else.

Its job proposes pointers to versions of the data (docs/data.md). It reads what `trainyard data snapshot` reads and
writes below `dvc/` of the features bucket; it deletes nothing, so a version that was committed stays.
"""

from infra.ci.estate import CiEstate, deny
from infra.iam_statements import Document, allow, document

_RAW, _FEATURES = "arn:aws:s3:::data-raw-*", "arn:aws:s3:::data-features-*"
_KEPT = f"{_FEATURES}/dvc/*"
_SNAPSHOTS = (f"{_RAW}/*/orders/*", f"{_FEATURES}/*/history/*")
_PREFIXES = ("*/orders/*", "*/history/*", "dvc", "dvc/*")


def data(estate: CiEstate) -> Document:
    """Return the data role's document."""
    account = {"aws:ResourceAccount": estate.account}
    owned = {"StringEquals": account}
    listed = {"StringEquals": account, "StringLike": {"s3:prefix": list(_PREFIXES)}}
    through = {"StringEquals": {"kms:ViaService": f"s3.{estate.region}.amazonaws.com"}}
    outputs = f"arn:aws:ssm:{estate.here}:parameter/trainyard/{estate.environment}/*"
    return document(
        allow("ListSnapshots", ["s3:ListBucket"], [_RAW, _FEATURES], listed),
        allow("ReadSnapshots", ["s3:GetObject"], [*_SNAPSHOTS, _KEPT], owned),
        allow("KeepVersions", ["s3:PutObject", "s3:AbortMultipartUpload"], [_KEPT], owned),
        allow("UseKeyThroughS3", ["kms:Decrypt", "kms:GenerateDataKey"], [f"arn:aws:kms:{estate.here}:key/*"], through),
        allow("ReadOutputs", ["ssm:GetParameter"], [outputs]),
        deny("NotTheState", ["kms:*"], [estate.state_key_arn]),
    )
