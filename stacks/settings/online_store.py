"""Where a service's containers find features that are fresher than their model."""

from typing import Annotated

from pydantic import Field, field_validator

from stacks.settings.dials import Dials

Schema = Annotated[int, Field(ge=1, le=999)]


class OnlineStoreSettings(Dials):
    """Customers' newest features in DynamoDB, for requests that ask for fresh ones."""

    enabled: bool
    """Whether there is one: each run fills it, and containers read it from the next release on. Turning it off deletes
    the tables, unless `deletion_protection` is on."""
    feature_schemas: list[Schema] = Field(min_length=1)
    """A table for each version of the service's feature definition that runs or answers: add the next one before its
    code runs, take the old one off once no model of it is live or gone back to."""

    @field_validator("feature_schemas")
    @classmethod
    def _once(cls, schemas: list[int]) -> list[int]:
        if len(set(schemas)) != len(schemas):
            raise ValueError("each schema is named once")
        return schemas
