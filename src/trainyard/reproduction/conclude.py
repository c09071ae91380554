"""The end of a reproduction: what it made is compared with what was registered, and the result is kept."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pipelines.execution import Progress
from trainyard.registry.archive import Place
from trainyard.reproduction.begin import Begun
from trainyard.reproduction.comparison import Comparison, Verdict, compare
from trainyard.reproduction.follow import OtherData
from trainyard.reproduction.made import Made, read_made
from trainyard.reproduction.origin import Recorded
from trainyard.reproduction.result import Reproduction


def compared(asked: Recorded, progress: Progress, run: str, account: str, *, sagemaker: Any, s3: Any) -> Comparison:
    """Compare what a finished reproduction made with what was registered.

    Args:
        asked: the version's record.
        progress: of the execution, which has succeeded.
        run: name of the reproduction's run.
        account: that owns the buckets.
        sagemaker: a client.
        s3: a client.
    """
    version = asked.version
    trained = progress.step(asked.making.training_step)
    job = sagemaker.describe_training_job(TrainingJobName=str(trained and trained.resource_arn).rpartition("/")[2])
    again = version.evaluation_url.replace(f"/{asked.run.run}/", f"/{run}/")

    def made(archive: str, evaluation: str) -> Made:
        return read_made(Place.of(archive, account, s3), Place.of(evaluation, account, s3))

    return compare(
        made(version.model_data_url, version.evaluation_url), made(job["ModelArtifacts"]["S3ModelArtifacts"], again)
    )


def concluded(asked: Recorded, begun: Begun, ended: Comparison | OtherData, *, by: str, at: datetime) -> Reproduction:
    """Return the result of a reproduction as it is kept."""
    if isinstance(ended, OtherData):
        verdict, archive, comparison = Verdict.DIFFERENT, "", {"reasons": [ended.what]}
    else:
        verdict, archive, comparison = ended.verdict, ended.archives[1], asdict(ended)
    return Reproduction(
        version=asked.version.version,
        run=begun.run,
        execution=begun.execution_arn,
        by=by,
        at=at.isoformat(timespec="seconds"),
        verdict=str(verdict),
        archive_sha256=archive,
        comparison=comparison,
    )
