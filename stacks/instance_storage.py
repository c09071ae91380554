"""Which instances have disks of their own. Pure: no Pulumi, no AWS."""

import re

_FAMILIES = re.compile(r"^ml\.(?:[a-z]\d+[a-z]*d[a-z]*|g5|g6e?|g7e?|p3dn|p4de?|p5\w*|p6\S*|trn\w+|i\d\w*)\.")


def has_local_storage(instance_type: str) -> bool:
    """Return whether an instance type has NVMe disks, which its hardware encrypts.

    SageMaker refuses a key for their volumes (API reference: CreateEndpointConfig, KmsKeyId; ResourceConfig,
    VolumeKmsKeyId).
    """
    return bool(_FAMILIES.match(instance_type))
