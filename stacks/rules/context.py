"""What a stack file says that rules need."""

from collections.abc import Sequence
from dataclasses import dataclass

from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Context:
    """The environment that resources are judged for."""

    environment: str
    account: str
    region: str
    deletion_protection: bool
    approved_instance_types: Sequence[str]
    image_accounts: Sequence[str] = ()
    """Accounts with which the stack file shares images, and nothing else."""

    @classmethod
    def of(cls, settings: Settings, environment: str) -> "Context":
        """Return what `settings` say of `environment`."""
        return cls(
            environment=environment,
            account=settings.account,
            region=settings.region,
            deletion_protection=settings.deletion_protection,
            approved_instance_types=settings.approved_instance_types,
            image_accounts=(*settings.images.lent_to, *settings.images.borrowed_from),
        )
