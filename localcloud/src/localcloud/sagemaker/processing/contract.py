"""The processing container's contract: what lies in /opt/ml/config before it starts. Pure but for writing files."""

import json
from pathlib import Path
from typing import Any

from localcloud.store import Document

ROOT = "/opt/ml/processing"
_CONFIG_KEYS = (
    "ProcessingJobArn",
    "ProcessingJobName",
    "AppSpecification",
    "Environment",
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "NetworkConfig",
    "RoleArn",
    "StoppingCondition",
)


def processing_config(document: Document) -> Document:
    """Return the content of processingjobconfig.json."""
    return {key: document[key] for key in _CONFIG_KEYS if key in document}


def resource_config(document: Document) -> Document:
    """Return the content of resourceconfig.json: one host, since one process runs the job."""
    instance_type = document["ProcessingResources"]["ClusterConfig"]["InstanceType"]
    return {
        "current_host": "algo-1",
        "current_instance_type": instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "instance_groups": [
            {"instance_group_name": "homogeneousCluster", "instance_type": instance_type, "hosts": ["algo-1"]}
        ],
        "network_interface_name": "eth0",
    }


def write_config(opt_ml: Path, document: Document) -> None:
    """Write both files, and make the folder for messages."""
    folder = opt_ml / "config"
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "processingjobconfig.json", processing_config(document))
    _write(folder / "resourceconfig.json", resource_config(document))
    (opt_ml / "output").mkdir(exist_ok=True)


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2))
