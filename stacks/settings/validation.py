"""How much of a snapshot may be bad before a training run stops."""

from typing import Literal, get_args

from pydantic import Field

from stacks.settings.dials import Dials

QuarantineReason = Literal[
    "invoice_missing",
    "stock_code_missing",
    "quantity_missing",
    "date_missing",
    "price_missing",
    "country_missing",
    "invoice_malformed",
    "stock_code_malformed",
    "country_not_a_name",
    "text_unreadable",
    "text_too_long",
    "quantity_zero",
    "quantity_out_of_range",
    "price_out_of_range",
    "amount_out_of_range",
    "date_in_the_future",
    "date_too_early",
    "customer_not_positive",
    "customer_out_of_range",
    "return_without_credit_note",
    "sale_on_a_credit_note",
    "price_negative",
    "invoice_of_two_customers",
    "invoice_of_two_countries",
    "invoice_on_two_days",
    "line_repeated",
    "price_jump",
    "stock_code_reused",
    "return_of_what_nobody_bought",
    "return_by_who_never_bought",
]
"""The reasons of `recommender.validation`; a test holds the two lists equal."""

REASONS: tuple[str, ...] = get_args(QuarantineReason)


class ValidationSettings(Dials):
    """How much of a snapshot may be bad before a training run stops."""

    maximum_quarantined_percent: float = Field(ge=0, le=100)
    """Rows that may be set apart in quarantine, of all rows; 0 lets not one pass by."""
    maximum_percent_by_reason: dict[QuarantineReason, float]
    """The same for rows of one reason, such as price_jump: 0.01; reasons that are not named have no limit of their
    own. docs/validation.md lists them."""
    maximum_age_days: int = Field(ge=0, le=3650)
    """Age of the last order; 0 tells the age and does not judge it, as for data that is history."""
    volume_tolerance: float = Field(gt=1, le=100)
    """How many times the expected rows the last four weeks may have, or one part in so many."""
    history_tolerance_percent: float = Field(ge=0, le=100)
    """Rows or amounts of the days before, of one day or of all, that may differ from the snapshot that was accepted
    last; 100 lets another past in, and only tells of it."""
