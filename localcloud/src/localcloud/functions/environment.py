"""The environment that a function's process gets. Pure.

Source: Lambda developer guide, "Working with Lambda environment variables" (defined runtime environment variables).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.scope import Scope

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def process_environment(
    scope: Scope,
    configuration: Mapping[str, Any],
    *,
    credentials: Mapping[str, str],
    endpoint_url: str,
    task_root: Path,
    packages: list[Path],
    stream: str,
) -> dict[str, str]:
    """Return all variables of the process but the address of its Runtime API.

    Args:
        scope: where the function lives.
        configuration: the function's, as AWS answers it.
        credentials: of the execution role, as sts:AssumeRole answers them.
        endpoint_url: the local cloud's.
        task_root: the folder of its code.
        packages: folders of layers and of the runtime, in the order of search.
        stream: the name of its log stream.
    """
    logging: Mapping[str, str] = configuration["LoggingConfig"]
    own: Mapping[str, str] = (configuration.get("Environment") or {}).get("Variables", {})
    return {
        "PATH": _SYSTEM_PATH,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": str(task_root),
        "PYTHONPATH": ":".join(str(folder) for folder in [task_root, *packages]),
        "PYTHONIOENCODING": "UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_ENDPOINT_URL": endpoint_url,
        **own,
        "_HANDLER": configuration["Handler"],
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": str(packages[-1]),
        "AWS_REGION": scope.region,
        "AWS_DEFAULT_REGION": scope.region,
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration['Runtime']}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
        "AWS_LAMBDA_FUNCTION_VERSION": configuration["Version"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
        "AWS_LAMBDA_LOG_GROUP_NAME": logging["LogGroup"],
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_LOG_FORMAT": logging["LogFormat"],
        **({"AWS_LAMBDA_LOG_LEVEL": logging["ApplicationLogLevel"]} if "ApplicationLogLevel" in logging else {}),
    }
