from datetime import UTC, datetime

from localcloud.sagemaker.training.transitions import transition

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LATER = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_transition_ends_the_one_before() -> None:
    first = transition({}, "Starting", _NOW)
    second = transition(first, "Downloading", _LATER)["SecondaryStatusTransitions"]
    assert [(entry["Status"], entry.get("EndTime")) for entry in second] == [
        ("Starting", _LATER),
        ("Downloading", None),
    ]


def test_a_stopping_job_stays_stopping_while_it_uploads() -> None:
    moved = transition(transition({}, "Stopping", _NOW), "Uploading", _LATER)
    assert (moved["TrainingJobStatus"], moved["SecondaryStatus"]) == ("Stopping", "Uploading")


def test_a_job_over_its_time_is_stopped() -> None:
    moved = transition({}, "MaxRuntimeExceeded", _NOW)
    assert moved["TrainingJobStatus"] == "Stopped"
    assert moved["SecondaryStatusTransitions"][-1]["EndTime"] == _NOW
