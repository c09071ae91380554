"""Where a resource lives: one account in one region."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Scope:
    """An account and a region; every resource of the local cloud belongs to exactly one."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of `resource` (such as `endpoint/shop`) of `service` in this scope."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"
