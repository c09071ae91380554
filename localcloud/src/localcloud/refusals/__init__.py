"""What AWS refuses and moto lets through, checked before a request reaches moto.

A refused request is neither executed nor journaled, so what an older local cloud accepted is still replayed.
"""

from localcloud.aws_request import AwsRequest
from localcloud.refusals.bucket_owner import check_bucket_owners
from localcloud.refusals.foreign import check_foreign
from localcloud.refusals.key_state import check_keys
from localcloud.refusals.object_key import check_object_keys
from localcloud.refusals.parameter_size import check_parameter
from localcloud.refusals.rule_schedule import check_rule
from localcloud.refusals.s3_address import locate

__all__ = ["check"]


def check(request: AwsRequest) -> None:
    """Refuse a request as AWS does; the caller holds moto's lock.

    Raises:
        AwsError: AWS would answer so.
    """
    check_foreign(request)
    if request.service == "s3":
        address = locate(request)
        check_bucket_owners(request, address)
        check_object_keys(request, address)
    elif request.service == "kms":
        check_keys(request)
    elif request.service == "ssm" and request.operation == "PutParameter":
        check_parameter(request)
    elif request.service == "events" and request.operation == "PutRule":
        check_rule(request)
