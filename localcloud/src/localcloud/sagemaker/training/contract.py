"""The training container's contract: what lies in /opt/ml/input/config and what AWS makes of /opt/ml afterwards."""

import gzip
import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

from localcloud.store import Document

DATA = "/opt/ml/input/data"
CHECKPOINTS = "/opt/ml/checkpoints"


def input_data_config(document: Document) -> Document:
    """Return the content of inputdataconfig.json."""
    default_mode = document["AlgorithmSpecification"]["TrainingInputMode"]
    return {channel["ChannelName"]: _channel(channel, default_mode) for channel in document.get("InputDataConfig", [])}


def _channel(channel: Document, default_mode: str) -> Document:
    source = channel["DataSource"]["S3DataSource"]
    described = {
        "TrainingInputMode": channel.get("InputMode", default_mode),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    return {**described, **({"ContentType": channel["ContentType"]} if "ContentType" in channel else {})}


def hosts(document: Document) -> list[str]:
    """Return the names of a job's hosts; each is a process here."""
    return [f"algo-{number}" for number in range(1, int(document["ResourceConfig"].get("InstanceCount", 1)) + 1)]


def host_addresses(document: Document) -> str:
    """Return the content of /etc/hosts: a loopback address a host.

    Drawn for the attempt, so that neither jobs meet nor an attempt finds the ports of the one before it taken.
    """
    attempt = f"{document['TrainingJobArn']}/{len(document['SecondaryStatusTransitions'])}"
    second, third = (1 + byte % 253 for byte in hashlib.sha256(attempt.encode()).digest()[:2])
    lines = [f"127.{second}.{third}.{number} {host}" for number, host in enumerate(hosts(document), 1)]
    return "\n".join(["127.0.0.1 localhost", *lines, ""])


def resource_config(document: Document, host: str) -> Document:
    """Return the content of resourceconfig.json as a host sees it."""
    instance_type, names = document["ResourceConfig"]["InstanceType"], hosts(document)
    group = {"instance_group_name": "homogeneousCluster", "instance_type": instance_type, "hosts": names}
    return {
        "current_host": host,
        "current_instance_type": instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": names,
        "instance_groups": [group],
        "network_interface_name": "eth0" if len(names) == 1 else "lo",
    }


def write_config(opt_ml: Path, document: Document, host: str) -> None:
    """Write the three files, and make the folders that a training container expects."""
    for folder in ("input/config", "input/data", "model", "output/data"):
        (opt_ml / folder).mkdir(parents=True, exist_ok=True)
    config = opt_ml / "input" / "config"
    _write(config / "hyperparameters.json", document.get("HyperParameters", {}))
    _write(config / "inputdataconfig.json", input_data_config(document))
    _write(config / "resourceconfig.json", resource_config(document, host))


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2))


def pack(folder: Path, archive: Path) -> None:
    """Write all of `folder` to a tar.gz whose bytes depend on the contents only, so that equal models are equal."""
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            info = tar.gettarinfo(path, str(path.relative_to(folder)))
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            info.mtime = 0
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    tar.addfile(info, file)
            else:
                tar.addfile(info)
