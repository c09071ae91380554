"""Which instances have GPUs that training can use. Pure: no Pulumi, no AWS."""

import re

_FAMILIES = re.compile(r"ml\.(p|g|gr)\d")
"""P and G families have NVIDIA GPUs; the g of `ml.m7g` stands for Graviton and comes after the number."""


def has_gpu(instance_type: str) -> bool:
    """Return whether an instance type has NVIDIA GPUs."""
    return bool(_FAMILIES.match(instance_type))
