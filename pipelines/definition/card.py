"""The model card that a run registers: JSON whose values SageMaker fills in while the pipeline runs."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sagemaker.core.workflow.functions import Join

from pipelines.model_card import DRAFT, CardFacts, about, card

_TEXT, _NUMBER = "@@{}@@", "##{}##"
_PLACES = re.compile(r'@@(\d+)@@|"##(\d+)##"')


class Number:
    """A variable whose value is a number in JSON, without quotes."""

    def __init__(self, variable: Any) -> None:
        self.variable = variable


def registered_card(service: str, facts: CardFacts) -> dict[str, Any]:
    """Return the argument `ModelCard` of CreateModelPackage."""
    return {"ModelCardContent": joined(card(about(service), facts)), "ModelCardStatus": DRAFT}


def joined(document: Mapping[str, Any]) -> Join:
    """Return a document with variables in it as one text that SageMaker joins.

    Values are put between quotes as they are: only variables without quotes and backslashes may be used, such as
    hashes, addresses and ARNs.
    """
    variables = list[Any]()

    def place(value: Any) -> str:
        variables.append(value.variable if isinstance(value, Number) else value)
        return (_NUMBER if isinstance(value, Number) else _TEXT).format(len(variables) - 1)

    text = json.dumps(document, sort_keys=True, default=place)
    parts = list[Any]()
    at = 0
    for found in _PLACES.finditer(text):
        parts += [text[at : found.start()], variables[int(found.group(1) or found.group(2))]]
        at = found.end()
    return Join(on="", values=[*parts, text[at:]])
