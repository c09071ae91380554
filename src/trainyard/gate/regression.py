"""Regression against the last production model: better as a whole, surely so, and no group of customers much worse."""

from collections.abc import Sequence
from decimal import Decimal

from trainyard.gate.bootstrap import Comparison
from trainyard.gate.check import Check, Kind
from trainyard.gate.evidence import Slice

ONE_SIDED_95 = 1.645
"""Standard errors beyond which a loss is no chance, one time in twenty excepted."""


def ratio_to_champion(ours: float, theirs: float, minimum: float) -> Check:
    """Return whether MAP@10 is at least the champion's times the minimum ratio."""
    # As decimals: 0.101 is exactly 1.01 x 0.1 to everyone but binary floating point.
    needed = Decimal(repr(theirs)) * Decimal(repr(minimum))
    ratio = f"{ours / theirs:.4f} x " if theirs else ""
    return Check(
        kind="regression",
        rule="ratio-to-champion",
        passed=Decimal(repr(ours)) >= needed and ours > 0,
        detail=f"MAP@10 {ours:.5f} is {ratio}the champion's {theirs:.5f}; "
        f"at least {minimum:g} x, {needed:.5f}, is asked",
    )


def surely_better(kind: Kind, comparison: Comparison, asked: float) -> Check:
    """Return whether enough bootstrap draws agree that the challenger is better than what it is compared with."""
    return Check(
        kind=kind,
        rule="bootstrap-confidence",
        passed=comparison.share_better >= asked,
        detail=f"better in {comparison.share_better:.1%} of the bootstrap draws, {asked:.1%} are asked; "
        f"differences below {comparison.detectable_difference:.5f} could not have been seen",
    )


def no_slice_loses(slices: Sequence[Slice], maximum_loss: float) -> Check:
    """Return whether some group of customers loses more than is allowed, and more than chance explains."""
    losing = [one for one in slices if _loses(one, maximum_loss)]
    worst = max(losing or slices, key=lambda one: one.loss or 0.0)
    detail = (
        f"{worst.name} ({worst.customers} customers) {_words(worst.loss or 0.0)}; "
        f"at most {maximum_loss:.0%} may be lost, beyond chance"
    )
    return Check(kind="regression", rule="slice-loss", passed=not losing, detail=detail)


def no_champion() -> Check:
    """Return the answer for a service's first model: there is nothing that it could fall behind."""
    return Check(
        kind="regression", rule="no-champion", passed=True, detail="no production model yet to be compared with"
    )


def _loses(one: Slice, maximum_loss: float) -> bool:
    if one.champion is None or one.standard_error is None or one.loss is None:
        return False
    return one.loss > maximum_loss and one.champion - one.challenger > ONE_SIDED_95 * one.standard_error


def _words(loss: float) -> str:
    return f"loses {loss:.1%}" if loss > 0 else f"gains {-loss:.1%}"
