"""The bucket owner condition: a caller names the account it expects a bucket to belong to.

Source: S3 user guide, "Verifying bucket ownership with bucket owner condition".
"""

import re

from moto.s3.models import s3_backends

from localcloud.aws_request import AwsRequest
from localcloud.errors import AwsError
from localcloud.refusals.s3_address import Address, Place

_TARGET, _SOURCE = "HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", "HTTP_X_AMZ_SOURCE_EXPECTED_BUCKET_OWNER"


def check_bucket_owners(request: AwsRequest, address: Address) -> None:
    """Compare the expected owners of the bucket and of the bucket copied from with the real ones.

    Raises:
        AwsError: another account owns the bucket, or what is expected is no account.
    """
    creates = request.method == "PUT" and not address.target.key and not address.query
    if not creates:  # CreateBucket knows no such condition
        _check(request.variables.get(_TARGET), address.target)
    if address.source is not None:
        _check(request.variables.get(_SOURCE), address.source)


def _check(expected: str | None, place: Place) -> None:
    if expected is None:
        return
    if not re.fullmatch(r"\d{12}", expected):
        raise AwsError(
            "The value of the expected bucket owner parameter must be an AWS account ID.",
            code="InvalidBucketOwnerAWSAccountID",
            status=400,
        )
    _, owner = s3_backends.bucket_accounts.get(place.bucket, ("", expected))  # moto says that there is no such bucket
    if owner != expected:
        raise AwsError("Access Denied", code="AccessDenied", status=403)
