"""Types that pulumi-aws has and the bridged provider of the schema is too old for, in the schema's form.

Read off the provider's own source (internal/service/<service>/<type>.go); an entry goes once the schema has the type.
"""

from typing import Any

_TEXT = {"type": "string", "optional": True}
_NEEDED = {"type": "string", "required": True}
_COMPUTED = {"type": "string", "computed": True}
_TAGS = ["map", "string"]

TYPES: dict[str, Any] = {
    "aws_sagemaker_mlflow_app": {
        "attributes": {
            "account_default_status": _TEXT,
            "arn": _COMPUTED,
            "artifact_store_uri": _NEEDED,
            "default_domain_id_list": {"type": ["set", "string"], "optional": True},
            "model_registration_mode": {**_TEXT, "computed": True},
            "name": _NEEDED,
            "role_arn": _NEEDED,
            "tags": {"type": _TAGS, "optional": True},
            "tags_all": {"type": _TAGS, "computed": True},
            "weekly_maintenance_window_start": {**_TEXT, "computed": True},
        },
        "blocks": {},
    }
}
"""Type -> attributes and blocks."""

REPLACING = {"aws_sagemaker_mlflow_app": ("roleArn",)}
"""Type -> inputs whose change forces replacement (`RequiresReplace`): no provider can be asked."""


def mark(table: dict[str, Any]) -> None:
    """Set `f` on the properties of `table` that replace such a type."""
    for entry in table.values():
        for name in REPLACING.get(entry["tf"], ()):
            entry["in"][name]["f"] = 1
