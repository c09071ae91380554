"""Who may act, whose images are whose, and who hears of it."""

from typing import Annotated

from pydantic import Field

from stacks.settings.dials import Account, Dials


class PeopleSettings(Dials):
    """Who may act; an empty list leaves it to the IAM policies of the environment's account."""

    approvers: list[str]
    """ARNs of this account's roles or users that may approve: the approval function refuses everybody else."""
    releasers: list[str]
    """ARNs of this account's roles or users that may take on the release role."""


class ImageSettings(Dials):
    """Whose images are whose. Promotion copies images, so both lists are empty unless environments share a registry."""

    lent_to: list[Account]
    """Accounts whose SageMaker may pull this environment's images."""
    borrowed_from: list[Account]
    """Accounts whose images this environment's containers run by digest; a promotion leaves such an image there."""


class NotificationSettings(Dials):
    """Who hears of alarms and releases."""

    emails: list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]]
    """Addresses; AWS asks each to confirm."""
