"""Records put into the order of an auditor's questions. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.parameters import ACCEPTED_URI
from trainyard.lineage.releases import parts
from trainyard.lineage.sources import Sources

Facts = dict[str, Any]
"""By name; None is what no record tells."""

DIRTY = "-dirty"
"""End of a commit whose checkout held other files than it."""

_SHOWN_FILES = ("explanation", "shap", "fairness", "report", "validation", "card")
"""Parts of the names of a run's files that speak about the model."""


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """One version; the sections are the questions."""

    data: Facts
    code: Facts
    images: Facts
    machine: Facts
    run: Facts
    hyperparameters: Facts
    metrics: Facts
    gate: Facts
    people: Facts
    releases: list[Facts]
    reproductions: list[Facts]
    files: list[str]
    archive: Facts
    promoted_from: Facts | None

    def document(self) -> dict[str, Any]:
        """Return the lineage as JSON types."""
        return asdict(self)


def lineage(found: Sources) -> Lineage:
    """Return what the records tell about a version."""
    version, told = found.version, found.version.metadata
    return Lineage(
        data=_data(found),
        code=_code(told.get("code_commit"), found.run.get("definition_sha256")),
        images={"training": told.get("image"), "serving": told.get("serving_image") or version.image or None},
        machine=_machine(found),
        run={
            "run": told.get("run"),
            "execution": told.get("execution"),
            "started by": _known(told.get("started_by")),
            "started at": found.run.get("started_at"),
            **{name: value for name, value in told.items() if name.startswith(("mlflow", "wandb"))},
        },
        hyperparameters=dict(found.model.get("hyperparameters", {})),
        metrics=_metrics(found),
        gate=_gate(found),
        people=_people(found),
        releases=parts(found.releases, version.arn),
        reproductions=[_reproduction(asdict(one)) for one in found.reproductions],
        files=[uri for uri in found.files if any(part in uri.lower() for part in _SHOWN_FILES)],
        archive=_archive(version.model_data_url, told.get("archive_sha256"), found.archive_sha256),
        promoted_from=asdict(version.origin) if version.origin else None,
    )


def packages_sha256(packages: Mapping[str, str]) -> str:
    """Return one hash for the versions of all packages: what a lock came to where the model was trained."""
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(packages.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _data(found: Sources) -> Facts:
    told, snapshot = found.version.metadata, found.snapshot
    return {
        "hash": told.get("data_hash"),
        "orders": told.get("orders_uri"),
        "snapshot": found.snapshot_uri or None,
        "held to": found.run.get("parameters", {}).get(ACCEPTED_URI),
        "rows": snapshot.get("rows"),
        "customers": snapshot.get("customers"),
        "first order": snapshot.get("first_order"),
        "last order": snapshot.get("last_order"),
    }


def _code(commit: str | None, definition: str | None) -> Facts:
    known = _known(commit)
    tree = None if known is None else ("changes that no commit has" if known.endswith(DIRTY) else "clean")
    return {"commit": known and known.removesuffix(DIRTY), "tree": tree, "pipeline definition": definition}


def _machine(found: Sources) -> Facts:
    environment, told = found.environment, found.version.metadata
    names = ("python", "system", "architecture", "processor", "threads", "device")
    packages = environment.get("packages")
    return {
        "instance type": told.get("instance_type"),
        "no capacity of": told.get("lacking_instance_types"),
        **{name: environment.get(name) for name in names},
        "packages": len(packages) if packages else None,
        "packages sha256": packages_sha256(packages) if packages else None,
    }


def _metrics(found: Sources) -> Facts:
    evaluation = found.evaluation
    models = evaluation.get("models", {})
    holdout = [str(evaluation[name])[:10] for name in ("cutoff", "window_end") if evaluation.get(name)]
    return {
        "map_at_10": found.version.map_at_10,
        **{name: value for name, value in (models.get("challenger") or {}).items() if name != "map_at_10"},
        "holdout": " to ".join(holdout) or None,
        "customers": evaluation.get("customers"),
        "slices": len(evaluation["slices"]) if "slices" in evaluation else None,
    }


def _gate(found: Sources) -> Facts:
    told, gate = found.version.metadata, found.gate
    return {
        "rule": told.get("gate_rule"),
        "reference": told.get("gate_reference"),
        "reference map_at_10": told.get("gate_reference_map_at_10"),
        "ratio": gate.get("ratio"),
        "confidence": told.get("gate_confidence"),
        "interval": gate.get("interval"),
        "smallest detectable difference": gate.get("detectable_difference"),
        "reason": gate.get("reason"),
    }


def _people(found: Sources) -> Facts:
    arn = found.version.arn
    given = [one for one in found.approvals if one.model_package_arn == arn]
    different = len({one.person for one in given})
    return {
        "approval": found.version.approval,
        "approved by": [
            {"name": one.approved_by, "person": one.person, "reason": one.reason, "at": one.at} for one in given
        ],
        "people": different,
        "people required": found.required,
        "two people": different >= 2,
        "accepted": asdict(found.acceptance) | {"passed": found.acceptance.passed} if found.acceptance else None,
    }


def _archive(url: str, recorded: str | None, now: str) -> Facts:
    if not now:
        state = "gone"
    elif not recorded:
        state = "not to be told: no hash was recorded"
    else:
        state = "as registered" if recorded == now else "CHANGED since it was registered"
    return {"address": url, "sha256 recorded": recorded, "sha256 now": now or None, "state": state}


def _reproduction(one: Facts) -> Facts:
    reasons: Sequence[str] = one["comparison"].get("reasons", ())
    return {name: one[name] for name in ("at", "by", "verdict", "run")} | {"reasons": list(reasons)}


def _known(text: str | None) -> str | None:
    return None if text in (None, "", "unknown") else text
