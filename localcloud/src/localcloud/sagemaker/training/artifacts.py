"""What a training job leaves in S3: its model and its other output."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.sagemaker.jobs.s3_locations import S3Location, parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import upload_file, upload_folder
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.training.contract import hosts, pack
from localcloud.store import Document


def model_uri(request: Document) -> str:
    """Return where the job's model will lie, which is settled before the job runs."""
    output = _output(request)
    packed = request["OutputDataConfig"].get("CompressionType", "GZIP") == "GZIP"
    return output.child("model.tar.gz").uri if packed else f"{output.child('model').uri}/"


def _output(request: Document) -> S3Location:
    return parse_s3_uri(request["OutputDataConfig"]["S3OutputPath"]).child(request["TrainingJobName"], "output")


@dataclass(frozen=True)
class Artifacts:
    """The artifacts of one job whose container has ended."""

    s3: Any
    workspace: Workspace
    document: Document

    def upload(self, *, with_model: bool) -> None:
        """Upload what all hosts left, as one; a failed job has no model, but its other output may say why.

        Raises:
            JobFailure: S3 refused.
        """
        for host in hosts(self.document)[1:]:
            for folder in ("model", "output/data"):
                source = self.workspace.of_host(host).opt_ml / folder
                shutil.copytree(source, self.workspace.opt_ml / folder, dirs_exist_ok=True)
        if with_model:
            self._upload(self.workspace.opt_ml / "model", "model")
        data = self.workspace.opt_ml / "output" / "data"
        if any(data.iterdir()):
            self._upload(data, "output")

    def _upload(self, folder: Path, name: str) -> None:
        config = self.document["OutputDataConfig"]
        if config.get("CompressionType", "GZIP") == "NONE":
            upload_folder(self.s3, folder, _output(self.document).child(name), config.get("KmsKeyId"))
            return
        archive = self.workspace.root / f"{name}.tar.gz"
        pack(folder, archive)
        upload_file(self.s3, archive, _output(self.document).child(archive.name), config.get("KmsKeyId"))
        archive.unlink()
