"""What all parts of the settings share: how strict they are, and the kinds of values that several of them take."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

InstanceType = Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9-]+$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Account = Annotated[str, Field(pattern=r"^\d{12}$")]
Days = Annotated[int, Field(ge=1, le=3650)]


class Dials(BaseModel):
    """A part of the settings: unknown keys are errors, values do not change, docstrings document."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
