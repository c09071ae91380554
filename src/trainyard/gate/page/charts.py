"""The page's plots, as SVG without a background: they are read on light and on dark pages."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from trainyard.gate.bootstrap import Comparison
from trainyard.gate.evidence import Slice
from trainyard.gate.regression import ONE_SIDED_95

_OURS, _THEIRS, _INK = "#2f7ed8", "#9a9a9a", "#808080"
_STYLE: Any = {
    "svg.hashsalt": "trainyard",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_ROW_INCHES = 0.32


def difference(seen: Comparison, reference: str) -> str:
    """Return the drawn differences' middle 95 % beside what could have been seen at all."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7, 1.5))
        axes = figure.subplots()
        limit = seen.detectable_difference
        axes.axvspan(-limit, limit, color=_THEIRS, alpha=0.25, label="too small to be seen")
        axes.axvline(0, color=_INK, linewidth=1)
        low, high = seen.interval
        axes.plot([low, high], [0, 0], color=_OURS, linewidth=6, solid_capstyle="round", label="95 % of the draws")
        axes.set_yticks([])
        axes.set_xlabel(f"MAP@10, challenger minus {reference}")
        axes.legend(loc="upper left", bbox_to_anchor=(0, 1.45), ncols=2, frameon=False)
        return _svg(figure)


def slices(found: Sequence[Slice]) -> str:
    """Return both models' MAP@10 by group of customers, with the challenger's uncertainty."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7, 0.9 + _ROW_INCHES * len(found)))
        axes = figure.subplots()
        for at, one in enumerate(reversed(found)):
            if one.champion is not None:
                error = ONE_SIDED_95 * (one.standard_error or 0.0)
                axes.plot([one.challenger - error, one.challenger + error], [at, at], color=_OURS, linewidth=1.5)
                axes.plot(one.champion, at, "D", color=_THEIRS, label="champion" if at == 0 else None)
            axes.plot(one.challenger, at, "o", color=_OURS, label="challenger" if at == 0 else None)
        axes.set_yticks(range(len(found)), [f"{one.name} ({one.customers})" for one in reversed(found)])
        axes.set_xlabel("MAP@10")
        axes.legend(
            loc="upper left", bbox_to_anchor=(0, 1.0 + 0.45 / (0.9 + _ROW_INCHES * len(found))), ncols=2, frameon=False
        )
        return _svg(figure)


def contributions(features: Sequence[Mapping[str, Any]]) -> str:
    """Return SHAP values by feature, a dot a candidate: blue where the feature is low, red where it is high."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7, 0.8 + _ROW_INCHES * len(features)))
        axes = figure.subplots()
        axes.axvline(0, color=_INK, linewidth=0.8)
        for at, one in enumerate(reversed(features)):
            points: Sequence[tuple[float | None, float]] = one.get("points", [])
            spread = [at + 0.3 * ((place * 7 % 20) / 10 - 1) for place in range(len(points))]
            shade = [0.5 if value is None else value for value, _ in points]
            axes.scatter([moved for _, moved in points], spread, c=shade, cmap="coolwarm", vmin=0, vmax=1, s=6)
        axes.set_yticks(range(len(features)), [str(one["feature"]) for one in reversed(features)])
        axes.set_xlabel("what it adds to a product's score (log-odds)")
        return _svg(figure)


def _svg(figure: Figure) -> str:
    """Return the figure's element alone: an XML declaration has no place inside a page."""
    written = io.StringIO()
    figure.savefig(written, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None})
    return written.getvalue()[written.getvalue().index("<svg") :]
