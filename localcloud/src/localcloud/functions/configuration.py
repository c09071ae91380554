"""A function's configuration: Lambda's defaults, and what it refuses. Pure.

Sources: Lambda API reference, CreateFunction and FunctionConfiguration; Lambda developer guide, "Lambda quotas" (900 s,
10,240 MB, 4 KB of variables), "Defined runtime environment variables" (reserved names) and "Lambda runtimes".
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session

from localcloud.errors import ValidationError
from localcloud.functions.errors import InvalidParameter
from localcloud.functions.layers import distributions
from localcloud.store import Document

_LONGEST_TIMEOUT_SECONDS = 900
_MOST_MEMORY_MB = 10_240
_LONGEST_NAME = 64
_ENVIRONMENT_BYTES = 4096
_PYTHON = re.compile(r"python3\.\d+")
_OLDEST_PYTHON = 11
_RESERVED = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
_CHANGEABLE = ("Description", "Handler", "Role", "Runtime", "Timeout", "MemorySize", "VpcConfig")
_UNSERVED = [
    "FileSystemConfigs",
    "CodeSigningConfigArn",
    "ImageConfig",
    "TenancyConfig",
    "CapacityProviderConfig",
    "DurableConfig",
    "AcceleratorConfig",
    "PublishTo",
]


def settled(params: Mapping[str, Any], known: Mapping[str, Any]) -> Document:
    """Return those members of the configuration that a request sets, over what is `known` of the function.

    Raises:
        ValidationError: a member does not satisfy Lambda's constraints.
        InvalidParameter: Lambda does not take it, or the local cloud does not serve it.
    """
    _check_served(params)
    found = {name: params[name] for name in _CHANGEABLE if params.get(name) is not None}
    found |= _given(params, "Environment", _environment)
    found |= _given(params, "Layers", lambda arns: [{"Arn": arn, "CodeSize": 0} for arn in arns])
    found |= _given(params, "DeadLetterConfig", lambda config: config if config.get("TargetArn") else None)
    found |= _given(params, "TracingConfig", lambda config: {"Mode": config.get("Mode", "PassThrough")})
    found |= _given(params, "EphemeralStorage", lambda size: size)
    found |= _given(params, "KMSKeyArn", lambda arn: arn or None)
    found |= _given(params, "Architectures", list)
    name = params.get("FunctionName", "")
    found |= _given(params, "LoggingConfig", lambda config: _logging(config, known.get("FunctionName", name)))
    _check({**known, **found})
    return found


def defaults(name: str) -> Document:
    """Return what Lambda assumes where CreateFunction says nothing."""
    return {
        "FunctionName": name,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": _logging({}, name),
    }


def check_name(name: str) -> None:
    """Refuse a name that is too long.

    Raises:
        ValidationError: as Lambda says it.
    """
    if len(name) > _LONGEST_NAME:
        raise _constraint(name, "functionName", f"Member must have length less than or equal to {_LONGEST_NAME}")


def _given(params: Mapping[str, Any], name: str, shape: Any) -> Document:
    return {} if params.get(name) is None else {name: shape(params[name])}


def _environment(given: Mapping[str, Any]) -> Document | None:
    variables: Mapping[str, str] = given.get("Variables") or {}
    taken = sorted(_RESERVED & variables.keys())
    if taken:
        raise InvalidParameter(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. Reserved keys used "
            f"in this request: {', '.join(taken)}"
        )
    text = json.dumps(variables, separators=(",", ":"))
    if len(text.encode()) > _ENVIRONMENT_BYTES:
        raise InvalidParameter(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {text[:80]}…"
        )
    return {"Variables": dict(variables)} if variables else None


def _logging(given: Mapping[str, Any], name: str) -> Document:
    found = {"LogFormat": given.get("LogFormat") or "Text", "LogGroup": given.get("LogGroup") or f"/aws/lambda/{name}"}
    levels = {level: given[level] for level in ("ApplicationLogLevel", "SystemLogLevel") if given.get(level)}
    if found["LogFormat"] == "Text" and levels:
        raise InvalidParameter(f"{', '.join(levels)} can only be set with the log format JSON.")
    return {**found, **({"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"} | levels)} if levels else found


def _check_served(params: Mapping[str, Any]) -> None:
    for name in _UNSERVED:
        if params.get(name):
            raise InvalidParameter(f"{name} is not served by the local cloud.")
    if params.get("PackageType", "Zip") != "Zip":
        raise InvalidParameter("PackageType Image is not served by the local cloud: it runs functions from zip files.")
    if params.get("Publish"):
        raise InvalidParameter("Publish is not served by the local cloud: a function has the version $LATEST only.")
    if (params.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        raise InvalidParameter("SnapStart is not served by the local cloud.")


def _check(found: Mapping[str, Any]) -> None:
    if not found.get("Runtime") or not found.get("Handler"):
        raise InvalidParameter(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    _check_runtime(found["Runtime"])
    for member, most in (("Timeout", _LONGEST_TIMEOUT_SECONDS), ("MemorySize", _MOST_MEMORY_MB)):
        if found[member] > most:
            limit = f"Member must have value less than or equal to {most}"
            raise _constraint(found[member], member[0].lower() + member[1:], limit)
    distributions([layer["Arn"] for layer in found.get("Layers") or []])


def _check_runtime(runtime: str) -> None:
    if runtime not in _runtimes():
        raise InvalidParameter(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(_runtimes())}] or be a valid ARN"
        )
    if not _PYTHON.fullmatch(runtime) or int(runtime.split(".")[1]) < _OLDEST_PYTHON:
        raise InvalidParameter(f"The runtime {runtime} is not served by the local cloud; it runs python3.11 and newer.")


@cache
def _runtimes() -> list[str]:
    shape: Any = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime")
    return list(shape.metadata["enum"])


def _constraint(value: Any, member: str, constraint: str) -> ValidationError:
    return ValidationError(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    )
