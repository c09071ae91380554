"""Requests: what may be asked, and the sentence a caller reads who asked wrongly."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

DEFAULT_K = 10
MAXIMUM_K = 50
MAXIMUM_CUSTOMERS = 100
MAXIMUM_BYTES = 64 * 1024
"""A hundred customer ids take 2 KB."""

MAXIMUM_EXPLAINED = 10
"""Customers in a request that asks why: explaining a list takes about as long as ranking ten."""

KNOWN_FIELDS = {"customers", "customer_id", "k", "new_only", "explain", "fresh"}
_KNOWN = "customers, customer_id, k, new_only, explain, fresh"
LARGEST_ID = 2**63 - 1


class BadRequest(Exception):
    """A request that cannot be answered.

    Args:
        code: for programs.
        message: for people: what is wrong and what is allowed.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Request:
    """A valid request."""

    customers: Sequence[int]
    k: int
    new_only: bool = False
    """Whether only products are wanted that the customer never bought."""
    explain: bool = False
    """Whether each product comes with what its score rests on."""
    fresh: bool = False
    """Whether to look for newer features of the customers than the model's."""


def parse_request(body: bytes) -> Request:
    """Read a request's body.

    Raises:
        BadRequest: it is no JSON object, or a field is missing, unknown, of the wrong type or out of range.
    """
    if len(body) > MAXIMUM_BYTES:
        _refuse("too_large", f"the body has {len(body)} bytes; at most {MAXIMUM_BYTES} are read")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        _refuse("not_json", "the body is not JSON")
    if not isinstance(document, dict):
        _refuse("not_an_object", 'the body must be a JSON object such as {"customers": [17850], "k": 10}')
    unknown = sorted(set(document) - KNOWN_FIELDS)
    if unknown:
        _refuse("unknown_field", f"unknown field {', '.join(unknown)[:200]}; known are {_KNOWN}")
    customers, explain = _customers(document), _flag(document, "explain")
    if explain and len(customers) > MAXIMUM_EXPLAINED:
        _refuse(
            "explain", f"{len(customers)} customers asked for; with explain at most {MAXIMUM_EXPLAINED} are allowed"
        )
    return Request(
        customers=customers,
        k=_k(document.get("k", DEFAULT_K)),
        new_only=_flag(document, "new_only"),
        explain=explain,
        fresh=_flag(document, "fresh"),
    )


def _customers(document: dict[str, Any]) -> Sequence[int]:
    if ("customers" in document) == ("customer_id" in document):
        _refuse("customers", "give either customers (a list of ids) or customer_id (one id)")
    given = document["customers"] if "customers" in document else [document["customer_id"]]
    if not isinstance(given, list):
        _refuse("customers", f"customers must be a list of ids, not {_kind(given)}")
    if not 1 <= len(given) <= MAXIMUM_CUSTOMERS:
        _refuse("customers", f"{len(given)} customers asked for; allowed are 1 to {MAXIMUM_CUSTOMERS} in one request")
    for customer in given:
        if type(customer) is not int:  # bool is an int to isinstance, but nobody's id
            _refuse("customers", f"a customer id must be a whole number, not {_kind(customer)}")
        if not 0 <= customer <= LARGEST_ID:
            _refuse("customers", f"a customer id must be between 0 and {LARGEST_ID}")
    return given


def _k(given: object) -> int:
    if type(given) is not int:
        _refuse("k", f"k must be a whole number from 1 to {MAXIMUM_K}, not {_kind(given)}")
    if not 1 <= given <= MAXIMUM_K:
        _refuse("k", f"k is {given if abs(given) < 10**9 else 'too large'}; allowed are 1 to {MAXIMUM_K}")
    return given


def _flag(document: dict[str, Any], name: str) -> bool:
    given = document.get(name, False)
    if type(given) is not bool:
        _refuse(name, f"{name} must be true or false, not {_kind(given)}")
    return given


def _kind(value: object) -> str:
    names: dict[type, str] = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        float: "a fraction",
    }
    return names.get(type(value), "null" if value is None else "a whole number")


def _refuse(code: str, message: str) -> NoReturn:
    raise BadRequest(code, message)
