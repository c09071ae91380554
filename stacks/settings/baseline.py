"""What an endpoint answers before its first release."""

from pydantic import Field

from stacks.settings.dials import Dials


class Product(Dials):
    """One product of the baseline's answer."""

    stock_code: str = Field(min_length=1)
    """As in the orders."""
    name: str = Field(min_length=1)
    """As people know it."""


class BaselineSettings(Dials):
    """What the endpoint answers before the first release."""

    products: list[Product] = Field(min_length=10, max_length=50)
    """Best first; at least the ten that a request asks for when it names no number."""
