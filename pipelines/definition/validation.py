"""The environment's limits of bad data as the validation step's arguments."""

from stacks.outputs import Validation


def validation_limits(asked: Validation) -> tuple[str, ...]:
    """Return the arguments; reasons come in order, so that equal dials give equal definitions."""
    return (
        *("--maximum-quarantined-percent", f"{asked.maximum_quarantined_percent:g}"),
        *("--maximum-age-days", str(asked.maximum_age_days)),
        *("--volume-tolerance", f"{asked.volume_tolerance:g}"),
        *("--history-tolerance-percent", f"{asked.history_tolerance_percent:g}"),
        *(
            part
            for reason, percent in sorted(asked.maximum_percent_by_reason.items())
            for part in ("--maximum-percent-of", f"{reason}={percent:g}")
        ),
    )
