"""What the operations on processing and on training jobs have in common: one page of jobs, and the stop of one."""

from collections.abc import Callable, Sequence

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.running import find_job
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.service import Call
from localcloud.store import Document


def list_jobs(call: Call, kind: JobKind, summary: Sequence[str]) -> Document:
    """Return one page of jobs with the keys of `summary`, the newest first."""
    wanted = call.params.get("StatusEquals")
    return listed(
        call.cloud.store.find_all(call.scope, kind.kind),
        call.params,
        result=f"{kind.kind}Summaries",
        name=f"{kind.kind}Name",
        summary=summary,
        keep=lambda job: wanted in (None, job[f"{kind.kind}Status"]),
    )


def stop_job(call: Call, kind: JobKind, stopping: Callable[[Document], Document]) -> None:
    """Ask a running job to stop; `stopping` answers what changes in its document.

    Raises:
        ValidationError: the job is not in progress.
    """

    def decide(document: Document) -> Document:
        status = document[f"{kind.kind}Status"]
        if status != "InProgress":
            noun = kind.resource.replace("-", " ")
            raise ValidationError(f"The request was rejected because the {noun} is in status {status}.")
        return stopping(document)

    name = call.params[f"{kind.kind}Name"]
    kind.change(call.cloud, call.scope, name, decide)
    job = find_job(call.cloud, call.scope, kind.kind, name)
    if job is not None:
        job.request_stop()
