"""Arguments of a step as its API call wants them: a number where text belongs becomes text, a null is left out. Pure.

AWS does the same: an Integer parameter may be a hyperparameter, and a number of a JSON file a metadata property.
"""

from typing import Any

from localcloud.sagemaker.request_shapes import input_shape

OPERATIONS = {
    "Processing": "CreateProcessingJob",
    "Training": "CreateTrainingJob",
    "Transform": "CreateTransformJob",
    "RegisterModel": "CreateModelPackage",
    "Model": "CreateModel",
}


def coerce_arguments(step_type: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the resolved arguments of a step, fitted to the API call that it makes, if it makes one."""
    if step_type not in OPERATIONS:
        return arguments
    return _fit(input_shape(OPERATIONS[step_type]), arguments)


def _fit(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        members = shape.members
        fitted = {key: _fit(members[key], item) if key in members else item for key, item in value.items()}
        return {key: item for key, item in fitted.items() if item is not None}
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _fit(shape.value, item) for key, item in value.items() if item is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [_fit(shape.member, item) for item in value]
    if shape.type_name == "string" and isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value
