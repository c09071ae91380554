"""The secondary statuses a training job goes through, with AWS's messages. Pure."""

from datetime import datetime

from localcloud.store import Document

_MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Interrupted": "The managed spot training instances were interrupted",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
_PRIMARY = {
    "Completed": "Completed",
    "Failed": "Failed",
    "Stopping": "Stopping",
    "Stopped": "Stopped",
    "MaxRuntimeExceeded": "Stopped",
}
_FINAL = ("Completed", "Failed", "Stopped")


def transition(document: Document, status: str, now: datetime, message: str | None = None) -> Document:
    """Return the changes that bring a job into secondary status `status` at `now`.

    A job that is stopping stays Stopping while it uploads.
    """
    past: list[Document] = [dict(entry) for entry in document.get("SecondaryStatusTransitions", [])]
    if past and "EndTime" not in past[-1]:
        past[-1]["EndTime"] = now
    primary = _PRIMARY.get(status, document.get("TrainingJobStatus", "InProgress"))
    entry: Document = {"Status": status, "StartTime": now, "StatusMessage": message or _MESSAGES[status]}
    if primary in _FINAL:
        entry["EndTime"] = now
    return {
        "TrainingJobStatus": primary,
        "SecondaryStatus": status,
        "SecondaryStatusTransitions": [*past, entry],
    }
