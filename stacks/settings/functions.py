"""The platform's functions."""

from pydantic import Field

from stacks.settings.dials import Dials


class FunctionSettings(Dials):
    """The platform's functions on AWS Lambda."""

    reserved_concurrency: int = Field(ge=0, le=100)
    """Executions at once that are set aside for each function, and its most; 0 sets none aside. AWS leaves 100 of an
    account's quota unreserved, so an account with the quota of its first day (10) takes 0 only."""
