"""Whether a version may be promoted: a pure decision that fails closed, and names the reason."""

from datetime import datetime

from trainyard.promotion.evidence import Evidence
from trainyard.release.record import Record


def objection(evidence: Evidence, environment: str) -> str:
    """Return why a version may not leave `environment`, a sentence without its full stop; empty when it may."""
    version = evidence.version
    if version.approval == "Rejected":
        return f"it was rejected: {version.approval_description or 'no reason is recorded'}"
    release, problem = proof(str(version.version), evidence.releases)
    if release is None:
        return problem
    if release.plan.model_package_arn != version.arn:
        return f"what was live is another package, {release.plan.model_package_arn}"
    return _acceptance(evidence, release, environment) or _archive(evidence, release)


def proof(version: str, releases: tuple[Record, ...]) -> tuple[Record | None, str]:
    """Return the release by which a version proved itself, or why there is none; the newest word on it counts.

    Args:
        version: as the registry numbers it.
        releases: the newest first; those that are open have proved nothing yet.
    """
    for record in releases:
        plan, replaced = record.plan, record.progress.replaces
        if plan.version == version and record.status == "succeeded":
            return record, ""
        # New dials that were undone say nothing of the model.
        if plan.version == version and record.status in ("failed", "rolled_back") and plan.kind != "config":
            return None, f"{plan.release_id} was to put it live, and {_ended(record)}"
        if plan.kind == "rollback" and record.status == "succeeded" and replaced and replaced.version == version:
            return None, f"it was rolled back: {plan.release_id} went from it to version {plan.version}"
    return None, "it was never live: no release of it has succeeded"


def _ended(record: Record) -> str:
    how = "was rolled back" if record.status == "rolled_back" else "failed"
    return f"{how}: {record.progress.reason}" if record.progress.reason else how


def _acceptance(evidence: Evidence, release: Record, environment: str) -> str:
    accepted = evidence.acceptance
    again = f"run `trainyard acceptance {release.plan.service} --stack {environment}` while it is live"
    if accepted is None:
        return f"its acceptance is not recorded; {again}"
    if not accepted.passed:
        return f"its acceptance failed on {accepted.at}: {accepted.wrong or 'no request was asked'}"
    if accepted.endpoint_config_name != release.plan.config_name:
        return (
            f"its acceptance is of another config: {accepted.endpoint_config_name} was asked, and "
            f"{release.plan.config_name} is what {release.plan.release_id} put live; {again}"
        )
    return ""


def _archive(evidence: Evidence, release: Record) -> str:
    accepted, now, url = evidence.acceptance, evidence.archive, evidence.version.model_data_url
    if url != release.plan.container.model_data_url or evidence.version.image != release.plan.container.image:
        return f"{release.plan.release_id} put another image or archive live than the registry names"
    if accepted is None or now is None:
        return f"its archive is not there: {url}"
    if (now.etag, now.modified) != (accepted.archive_etag, accepted.archive_modified):
        return f"its archive changed after it was accepted: {url} was written at {now.modified}"
    if datetime.fromisoformat(now.modified) > datetime.fromisoformat(accepted.config_created):
        return (
            f"its archive changed while it was live: {url} was written at {now.modified}, and the instances may have "
            f"loaded it from {accepted.config_created} on"
        )
    return ""
