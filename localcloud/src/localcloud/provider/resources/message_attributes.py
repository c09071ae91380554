"""Attributes as SNS and SQS have them: a flat map of texts."""

from localcloud.provider.values import Props

_NUMBERS = frozenset({"maxMessageSize", "signatureVersion"})
"""Besides everything that ends in `Seconds`."""


def text_of(value: object) -> str:
    """Return a property as an attribute's text."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def attributes(names: dict[str, str], props: Props) -> dict[str, str]:
    """Return those properties that are given, as attributes; `names` maps property to attribute."""
    return {api: text_of(props[name]) for name, api in names.items() if props.get(name) not in (None, False, "")}


def without_policy(state: Props, told: Props) -> Props:
    """Return what was told without a policy that another resource put there."""
    return told if "policy" in state else {name: value for name, value in told.items() if name != "policy"}


def told(names: dict[str, str], answer: dict[str, str]) -> Props:
    """Return attributes as properties: switches as booleans, numbers as numbers."""
    found: Props = {}
    for name, api in names.items():
        text = answer.get(api)
        if text in (None, ""):
            continue
        if text.lower() in ("true", "false"):
            found[name] = text.lower() == "true"
        else:
            found[name] = int(text) if (name in _NUMBERS or name.endswith("Seconds")) and text.isdigit() else text
    return found
