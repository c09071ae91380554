"""One look at an environment: what a destroy takes away, what stays, and what waits for its deletion."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trainyard import sweep
from trainyard.sweep import Client, Ownership, Sweep, Thing
from trainyard.sweep.job_logs import JobLogs
from trainyard.sweep.job_logs import find as find_job_logs
from trainyard.sweep.needs import of_endpoints
from trainyard.teardown.estate import Estate, Item, things

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
GROUP = "aws:sagemaker/modelPackageGroup:ModelPackageGroup"
BUCKET = "aws:s3/bucket:Bucket"
REPOSITORY = "aws:ecr/repository:Repository"


@dataclass(frozen=True)
class PendingKey:
    """A KMS key that AWS deletes on a date; until then it can be brought back."""

    key: str
    on: datetime | None


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What there is, judged."""

    estate: Estate
    sweep: Sweep
    """What Pulumi does not own."""
    job_logs: tuple[JobLogs, ...]
    keys: tuple[PendingKey, ...]

    @property
    def is_empty(self) -> bool:
        """Whether a destroy has nothing to do."""
        return not (self.estate.goes or self.estate.unfinished or self.sweep.goes or self.job_logs)


def look(client: Client, estate: Estate, environment: str, services: Iterable[str]) -> Survey:
    """Survey an environment; nothing is changed."""
    ownership = Ownership(environment, tuple(services))
    found = sweep.survey(client, ownership)
    doomed = tuple(item for item in estate.goes if not item.retain)
    # What the engine is going to delete is told as the state's, and not swept.
    needed = things((*estate.kept, *doomed)) | of_endpoints(client, _leaving(doomed, found, ownership))
    everything = [
        *found,
        *sweep.running_jobs(client, environment),
        *sweep.packages(client, [item.id for item in estate.of_type(GROUP)]),
    ]
    planned = sweep.plan(everything, ownership, needed)
    return Survey(
        estate=estate,
        sweep=Sweep(planned.goes, tuple(thing for thing in planned.needed if thing not in things(doomed))),
        job_logs=tuple(find_job_logs(client, found)),
        keys=tuple(_pending(client, found)),
    )


def _leaving(doomed: Iterable[Item], found: Iterable[Thing], ownership: Ownership) -> set[str]:
    """Return the names of the endpoints that are not there any more once all is done."""
    by_engine = {item.id for item in doomed if item.type == ENDPOINT}
    return by_engine | {thing.name for thing in found if thing.kind == "Endpoint" and ownership.owns(thing)}


def _pending(client: Client, found: Iterable[Thing]) -> Iterable[PendingKey]:
    kms = client("kms")
    for thing in found:
        if thing.kind == "Key":
            key = kms.describe_key(KeyId=thing.name)["KeyMetadata"]
            if key["KeyState"] == "PendingDeletion":
                yield PendingKey(thing.name, key.get("DeletionDate"))
