"""From a decision and what was found beside it to the page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trainyard.gate.decision import Decision
from trainyard.gate.page import charts

_FEATURES_SHOWN = 12
_COLUMNS = {
    "map_at_10": "MAP@10",
    "new_map_at_10": "MAP@10, new products",
    "ndcg_at_10": "NDCG@10",
    "recall_at_10": "recall@10",
    "coverage": "coverage",
    "latency_ms_p50": "median ms",
}


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the evaluation wrote beside the evidence; whatever is missing leaves its part of the page out."""

    evaluation: Mapping[str, Any]
    explanations: Mapping[str, Any]
    fairness: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "Findings":
        """Read evaluation.json, explanations.json and fairness.json of a folder."""
        return cls(**{name: _document(folder / f"{name}.json") for name in ("evaluation", "explanations", "fairness")})


def render(decision: Decision, findings: Findings) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    kinds = [(kind, list(checks)) for kind, checks in groupby(decision.checks, key=lambda check: check.kind)]
    evaluation = findings.evaluation
    return environment.get_template("page.html").render(
        decision=decision,
        kinds=kinds,
        facts={
            name: evaluation[name]
            for name in ("customers", "cutoff", "window_end", "data_hash")
            if evaluation.get(name) is not None
        },
        columns=_COLUMNS,
        models=[(name, model) for name, model in (evaluation.get("models") or {}).items() if model],
        difference=_difference(decision),
        slices=Markup(charts.slices(decision.slices)) if decision.slices else None,
        rankers=_rankers(findings.explanations),
        fairness=findings.fairness.get("slices", []),
    )


def _difference(decision: Decision) -> Markup | None:
    if decision.comparison is None or decision.reference is None:
        return None
    return Markup(charts.difference(decision.comparison, decision.reference.replace("_", " ")))


def _rankers(explanations: Mapping[str, Any]) -> Sequence[tuple[str, Markup]]:
    found: Mapping[str, Any] = explanations.get("rankers", {})
    return [
        (name, Markup(charts.contributions(one["features"][:_FEATURES_SHOWN])))
        for name, one in found.items()
        if one["features"]
    ]


def _document(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
