"""Writes what benchmarks measured into docs/benchmarks.md: `make bench-page`.

The page has a pair of marks for each benchmark, `<!-- measured: bench-release -->` and `<!-- end of bench-release -->`.
What stands between them is made from `build/bench-release/summary.json`; where there is no summary, it stays.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(filled(PAGE.read_text(), summaries(ROOT / "build")))


def summaries(folder: Path) -> dict[str, Any]:
    """Return the summaries below a folder by the name of their target."""
    return {file.parent.name: json.loads(file.read_text()) for file in sorted(folder.glob("*/summary.json"))}


def filled(page: str, found: Mapping[str, Any]) -> str:
    """Return a page with what lies between its marks made anew; targets without a summary keep what they have."""

    def measured(match: re.Match[str]) -> str:
        name = match[1]
        return f"{match[2]}\n{section(found[name])}\n{match[3]}" if name in found else match[0]

    return re.sub(r"(?s)(?=<!-- measured: (\S+) -->)(<!-- measured: .*?-->).*?(<!-- end of \1 -->)", measured, page)


def section(summary: Mapping[str, Any]) -> str:
    """Return the machine and the facts of a summary in Markdown."""
    machine = summary["machine"]
    where = f"{machine['system']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Python {machine['python']}"
    versions = ", ".join(f"{name} {summary['versions'][name]}" for name in ("trainyard", "boto3", "moto"))
    rows = [
        f"| `{fact['name']}` | {_words(fact['value'])} {fact['unit']} ".rstrip() + f" | {_target(fact)} |"
        for fact in summary["facts"]
    ]
    return "\n".join([f"Measured on: {where}; {versions}.", "", "| Fact | Value | Target |", "|---|---|---|", *rows])


def _target(fact: Mapping[str, Any]) -> str:
    if fact["target"] is None:
        return ""
    return f"{_words(fact['target'])}: {'met' if fact['met'] else '**missed**'}"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
