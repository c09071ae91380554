"""Asks the engine for a plan."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trainyard.errors import TrainyardError
from trainyard.preview import diagnostics
from trainyard.preview.concealing import Concealer
from trainyard.provision import Provision

STREAMING = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
"""Where somebody has set it, the engine writes events in place of one document."""
LONGEST = 4000
"""Characters of what the engine says when it fails."""


def preview(provision: Provision, *, refresh: bool, roots: list[str]) -> Mapping[str, Any]:
    """Return what `pulumi preview --json` says; the stack is selected already.

    Args:
        provision: whose preview it is.
        refresh: whether to read first what really exists.
        roots: folders of this machine that errors should not name.

    Raises:
        TrainyardError: the engine or the program failed; the text is its diagnostic.
    """
    quiet = replace(provision, environ={**provision.environ, STREAMING: "false"})
    options = ["--json", "--show-sames", "--non-interactive", *(["--refresh"] if refresh else [])]
    ended = quiet.pulumi("preview", "--stack", provision.environment, *options, capture=True)
    try:
        document: Any = json.loads(ended.stdout)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "steps" not in document:
        raise _failed(provision, Concealer({}, roots).text(ended.stderr.strip() or ended.stdout.strip()))
    refuse_failed(provision, document, ended.returncode, roots)
    return document


def refuse_failed(provision: Provision, document: Mapping[str, Any], code: int, roots: list[str]) -> None:
    """Refuse a plan that is not whole; one that only meets protected resources is whole.

    Raises:
        TrainyardError: the text is what the engine said.
    """
    said = diagnostics.read(Concealer(document, roots).value(document.get("diagnostics") or []))
    if said.errors or (code != 0 and not said.refusals):
        raise _failed(provision, "\n".join(said.errors) or f"it ended with {code} and said nothing")


def _failed(provision: Provision, text: str) -> TrainyardError:
    short = text if len(text) <= LONGEST else f"…{text[-LONGEST:]}"
    return TrainyardError(
        f"The preview of {provision.environment} failed: {short.removeprefix('error: ') or 'the engine said nothing'}",
        cure="Nothing was changed; mend this and preview again",
    )
