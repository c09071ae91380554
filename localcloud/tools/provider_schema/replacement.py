"""Which properties force replacement: each is changed alone, and the real provider is asked what it would replace.

The states are made up (every required attribute holds a sample), which planning does not mind. A question that the
provider cannot answer (some plans look at real resources) leaves the property unmarked and is listed at the end.
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import terraform
from plugin_protocol import ProviderProcess

Block = dict[str, Any]
Step = tuple[str, bool]
"""A name, and whether it is a block."""

# Values without which a plan is refused whatever else is asked.
_SAMPLES: dict[str, dict[str, Any]] = {"aws_dynamodb_table": {"billing_mode": "PAY_PER_REQUEST"}}


def mark(table: dict[str, Any], types: dict[str, Block], executable: Path) -> None:
    """Set `f` on every property of `table` whose change the provider answers with a replacement."""
    provider = ProviderProcess(executable)
    unanswered: list[str] = []
    try:
        for entry in table.values():
            kind = entry["tf"]
            for properties, steps, name in _leaves(entry["in"], types[kind], ()):
                answer = _ask(provider, kind, types[kind], steps, unanswered)
                if answer:
                    properties[name]["f"] = 1
    finally:
        provider.close()
    print(f"{len(unanswered)} questions without an answer", *unanswered, sep="\n  ")


def _leaves(
    properties: dict[str, Any], block: Block, above: tuple[Step, ...]
) -> Iterator[tuple[dict[str, Any], tuple[Step, ...], str]]:
    """Yield every input below `block`: blocks too, whose appearing and disappearing is a change."""
    for name, entry in properties.items():
        key = entry.get("tf", terraform.snake(name))
        if key in block.get("attributes", {}):
            yield properties, (*above, (key, False)), name
        elif key in block.get("blocks", {}):
            steps = (*above, (key, True))
            yield properties, steps, name
            inner = entry["t"][1] if isinstance(entry["t"], list) else entry["t"]
            if isinstance(inner, dict):
                yield from _leaves(inner, block["blocks"][key], steps)


def _ask(provider: ProviderProcess, kind: str, block: Block, steps: tuple[Step, ...], unanswered: list[str]) -> bool:
    path = ".".join(name for name, _ in steps)
    old, new = _filled(block, "a"), _filled(block, "a")
    for state, side in ((old, 0), (new, 1)):
        state |= {"id": "sample", **_SAMPLES.get(kind, {})}
        _set(state, block, steps, side)
    try:
        paths, problems = provider.replaced_by(kind, old, new)
    except Exception as error:
        paths, problems = set(), [" ".join(str(error).split())[:200]]
    if problems and not paths:
        reason = " ".join(problems[0].split())
        unanswered.append(f"{kind} {path}: {reason[:120]}")
    # A change inside a set is reported for the set.
    above = {".".join(name for name, _ in steps[:length]) for length in range(1, len(steps) + 1)}
    return bool(paths & above) and (path in paths or not any(found.startswith(f"{path}.") for found in paths))


def _filled(block: Block, text: str) -> dict[str, Any]:
    """Return a state of a block: required attributes and blocks hold samples, the rest is absent."""
    attributes = {
        name: _sample(entry["type"], text) if entry.get("required") else None
        for name, entry in block.get("attributes", {}).items()
    }
    blocks = {
        name: [_filled(entry, text)] if entry.get("min") else ([] if entry["nesting"] != "single" else None)
        for name, entry in block.get("blocks", {}).items()
    }
    return {**attributes, **blocks}


def _set(state: dict[str, Any], block: Block, steps: tuple[Step, ...], side: int) -> None:
    (name, is_block), rest = steps[0], steps[1:]
    if not is_block:
        state[name] = _sample(block["attributes"][name]["type"], "ab"[side])
        return
    inner = block["blocks"][name]
    if not rest:
        present = [_filled(inner, "a")] if inner["nesting"] != "single" else _filled(inner, "a")
        absent: Any = [] if inner["nesting"] != "single" else None
        state[name] = copy.deepcopy(present) if side else absent
        return
    element = _filled(inner, "a")
    _set(element, inner, rest, side)
    state[name] = [element] if inner["nesting"] != "single" else element


def _sample(kind: Any, text: str) -> Any:
    second = text == "b"
    if kind == "string":
        return text
    if kind == "bool":
        return second
    if kind == "number":
        return 2 if second else 1
    if kind == "dynamic":
        return None
    if kind[0] in ("list", "set"):
        return [_sample(kind[1], text)]
    if kind[0] == "map":
        return {"k": _sample(kind[1], text)}
    return {name: _sample(entry, text) for name, entry in kind[1].items()}
