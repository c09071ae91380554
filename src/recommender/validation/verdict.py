"""The verdict on the rows in quarantine: a few are set apart and the run goes on, many are a broken export."""

from collections.abc import Iterable, Mapping

from recommender.validation.finding import Finding, Level, graded
from recommender.validation.limits import Limits
from recommender.validation.naming import name_line
from recommender.validation.quarantine import Quarantine
from recommender.validation.rule import GroupRule, LineRule

_NAMED_IN_TOTAL = 10


def check_quarantine(
    found: Quarantine, rows: int, rules: Mapping[str, LineRule | GroupRule], limits: Limits
) -> list[Finding]:
    """Grade the share of rows in quarantine, all together and by reason; any at all is a warning."""
    named = [name for reason in found.reasons for name in _names(found, rules[reason])]
    total = _graded("quarantine", found.rows, rows, "in quarantine", limits.quarantined_percent, named)
    by_reason = [
        _graded(
            f"quarantine_{reason}",
            count,
            rows,
            f"because the line {rules[reason].meaning}",
            limits.percent_by_reason.get(reason),
            _names(found, rules[reason]),
        )
        for reason, count in found.reasons.items()
    ]
    return [total, *by_reason]


def _graded(check: str, count: int, rows: int, why: str, percent: float | None, named: Iterable[str]) -> Finding:
    share = 100 * count / max(rows, 1)
    limit = "" if percent is None else f" (at most {percent:g} % may be)"
    message = f"{count} of {rows} rows{limit}: {share:.2g} % {why}"
    return graded(check, share, message, warning=0.0, failure=percent, rows=list(named)[:_NAMED_IN_TOTAL])


def _names(found: Quarantine, rule: LineRule | GroupRule) -> list[str]:
    return [name_line(line, rule.column) for line in found.examples.get(rule.reason, [])]


def is_worst(finding: Finding) -> bool:
    """Return whether a finding stops the run."""
    return finding.level is Level.FAILURE
