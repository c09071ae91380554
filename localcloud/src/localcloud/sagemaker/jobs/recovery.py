"""Jobs that ran when the cloud was stopped or killed: their processes are gone, so they have failed."""

import json

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.store import Document

INTERRUPTED = "InternalServerError: the local cloud stopped during this job. Start the job again."
_OPEN = ("InProgress", "Stopping")


def fail_interrupted(cloud: Cloud, kind: JobKind, end_time_key: str) -> list[str]:
    """Mark every open job as Failed with a reason that says so, and return their ARNs."""
    failed: list[str] = []
    for scope, name, document in cloud.store.scan(kind.kind):
        if document[f"{kind.kind}Status"] in _OPEN:
            now = cloud.clock.now()
            changes: Document = {f"{kind.kind}Status": "Failed", "FailureReason": INTERRUPTED, end_time_key: now}
            if "SecondaryStatus" in document:
                changes["SecondaryStatus"] = "Failed"
            failed.append(kind.change(cloud, scope, name, lambda _, changes=changes: changes)[f"{kind.kind}Arn"])
    _report(cloud, failed)
    return failed


def _report(cloud: Cloud, arns: list[str]) -> None:
    """Add the jobs to what this start says it could not recover."""
    file = cloud.home / "recovered.json"
    report: Document = json.loads(file.read_text()) if file.exists() else {"requests": 0, "problems": []}
    report["problems"] += [f"{arn} was running when the cloud stopped; it has failed" for arn in arns]
    file.write_text(json.dumps(report))
