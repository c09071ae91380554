"""How long the name and the value of an SSM parameter may be.

Source: SSM API reference, PutParameter. It speaks of KB, the service's answers of characters: bytes count here, so that
what passes here passes there.
"""

from moto.ssm.models import ssm_backends

from localcloud.aws_request import AwsRequest
from localcloud.errors import ValidationError

STANDARD_BYTES = 4096
ADVANCED_BYTES = 8192
_NAME_CHARACTERS = 2048
_ARN_CHARACTERS = 1011


def check_parameter(request: AwsRequest) -> None:
    """Refuse a parameter that does not fit.

    Raises:
        ValidationError: says which limit it passes.
    """
    parameters = request.parameters
    name, value = str(parameters.get("Name", "")), str(parameters.get("Value", ""))
    if len(name) > _NAME_CHARACTERS:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_NAME_CHARACTERS}"
        )
    arn = request.caller.scope.arn("ssm", f"parameter/{name.removeprefix('/')}")
    if len(arn) > _ARN_CHARACTERS:
        raise ValidationError(
            f"The parameter's ARN may have {_ARN_CHARACTERS} characters, with this name it has {len(arn)}."
        )
    size, tier = len(value.encode()), parameters.get("Tier") or _tier(request, name)
    if tier == "Standard" and size > STANDARD_BYTES:
        raise ValidationError(
            f"Standard tier parameters support a maximum parameter value of {STANDARD_BYTES} characters. To create a "
            "larger parameter value, upgrade the parameter to use the advanced-parameter tier."
        )
    if size > ADVANCED_BYTES:
        raise ValidationError(
            f"Advanced tier parameters support a maximum parameter value of {ADVANCED_BYTES} characters."
        )


def _tier(request: AwsRequest, name: str) -> str:
    """Return the tier of a parameter that is put without one: the one it has, else the account's default."""
    scope = request.caller.scope
    backend = ssm_backends[scope.account][scope.region]
    found = {} if name.startswith("/aws/") else backend.get_parameters([name])  # those are AWS's own
    return (found[name].tier if name in found else None) or backend.default_parameter_tier
