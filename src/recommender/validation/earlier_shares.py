"""Shares, categories and prices against the snapshot that was accepted last; what is new is also judged by itself.

A snapshot holds all orders to its date, so a month of broken rows is a small share of it: it hides unless looked at
alone.
"""

from collections.abc import Iterator

from recommender.validation.finding import ROWS_NAMED, Finding, Level, graded
from recommender.validation.limits import Limits
from recommender.validation.recent import PRICE_FAILURE, PRICE_WARNING
from recommender.validation.record import Record
from recommender.validation.recording import NewRows

LEAST_NEW = 500
"""New rows from which on their shares are judged."""

MISSING_WARNING, MISSING_FAILURE = 10.0, 25.0
"""Percentage points above the accepted share."""

STEADY = 0.9
"""Share of the weeks in which a value came that "always was there"."""

EXPECTED = 20
"""Rows that a steady value should have among the new ones; then none at all is no chance."""

LEAST_WEEKS = 2


def check_shares(record: Record, accepted: Record, new: NewRows, limits: Limits) -> list[Finding]:
    """Check missing values, quarantine, categories and prices."""
    return [
        *(_missing(column, record, accepted, new, limits) for column in accepted.missing),
        _quarantine(record, accepted, new, limits),
        *(_gone(noun, record, accepted, new, limits) for noun in accepted.categories),
        *_prices(record, accepted, limits),
    ]


def _missing(column: str, record: Record, accepted: Record, new: NewRows, limits: Limits) -> Finding:
    before = _percent(accepted.missing[column], accepted.rows)
    jump, text = _jump(
        before, _percent(record.missing[column], record.rows), _percent(new.missing[column], new.rows), new.rows
    )
    message = (
        f"{text} have no {column}, {before:.2f} % did before: {jump:+.2f} points (warned above {MISSING_WARNING:g}, "
        f"refused above {MISSING_FAILURE:g})"
    )
    return graded(
        f"earlier_missing_{column}", jump, message, warning=MISSING_WARNING, failure=_stop(MISSING_FAILURE, limits)
    )


def _quarantine(record: Record, accepted: Record, new: NewRows, limits: Limits) -> Finding:
    before = _percent(accepted.quarantined, accepted.rows)
    jump, text = _jump(before, _percent(record.quarantined, record.rows), _percent(new.quarantined, new.rows), new.rows)
    most = limits.quarantined_percent
    message = f"{text} are in quarantine, {before:.2g} % were before: {jump:+.2g} points (at most {most:g})"
    return graded("earlier_quarantine", jump, message, warning=most / 10, failure=_stop(most, limits))


def _jump(before: float, whole: float, new: float, rows: int) -> tuple[float, str]:
    """Return the larger rise in percentage points, of all rows or of the new ones, and whose it is."""
    if rows >= LEAST_NEW and new > whole:
        return new - before, f"{new:.2f} % of {rows} new rows"
    return whole - before, f"{whole:.2f} % of all rows"


def _gone(noun: str, record: Record, accepted: Record, new: NewRows, limits: Limits) -> Finding:
    gone = list(_gone_kinds(noun, record, accepted, new))
    faded = [value for value in accepted.categories[noun] if value not in record.categories[noun]]
    level = Level.WARNING if gone or faded else Level.OK
    if gone and _stop(0, limits) is not None:
        level = Level.FAILURE
    message = (
        f"{len(gone)} {noun} that always were there are gone from what is new, and {len(faded)} that were accepted "
        "before from all rows"
    )
    named = [
        f"{value}: {accepted.categories[noun][value].rows} rows before" for value in dict.fromkeys([*gone, *faded])
    ]
    return Finding(
        check=f"earlier_{noun.replace(' ', '_')}",
        level=level,
        message=message,
        value=float(len(gone)),
        failure_limit=_stop(0, limits),
        rows=named[:ROWS_NAMED],
    )


def _gone_kinds(noun: str, record: Record, accepted: Record, new: NewRows) -> Iterator[str]:
    """Yield the values that came in nearly every week and have no row now, where they should have many."""
    share = new.rows / max(accepted.rows, 1) if new.weeks >= LEAST_WEEKS else 0.0
    for value, kind in accepted.categories[noun].items():
        missed = value not in new.categories[noun] and kind.rows * share >= EXPECTED
        vanished = value not in record.categories[noun] and kind.rows >= EXPECTED
        if kind.weeks >= STEADY * accepted.weeks and (missed or vanished):
            yield value


def _prices(record: Record, accepted: Record, limits: Limits) -> Iterator[Finding]:
    if not record.prices or not accepted.prices:
        return
    ratio = max(max(now / was, was / now) for now, was in zip(record.prices, accepted.prices, strict=True))
    quartiles = ", ".join(f"{now:g} (was {was:g})" for now, was in zip(record.prices, accepted.prices, strict=True))
    message = (
        f"quartiles of prices: {quartiles}; {ratio:.2f} times apart at most (warned beyond {PRICE_WARNING:g}, refused "
        f"beyond {PRICE_FAILURE:g})"
    )
    yield graded("earlier_prices", ratio, message, warning=PRICE_WARNING, failure=_stop(PRICE_FAILURE, limits))


def _stop(limit: float, limits: Limits) -> float | None:
    """Return the limit, or None where the dial says that another past is meant."""
    return None if limits.history_tolerance_percent >= 100 else limit


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(whole, 1)
