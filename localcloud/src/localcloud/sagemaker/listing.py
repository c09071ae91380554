"""List operations: filter by name and time, sort, and hand out pages."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.errors import ValidationError
from localcloud.store import Document

_DEFAULT_PAGE = 10


def listed(
    documents: Iterable[Document],
    params: Document,
    *,
    result: str,
    name: str,
    summary: Sequence[str],
    order: str = "Descending",
    keep: Callable[[Document], bool] = lambda document: True,
) -> Document:
    """Return one page of `documents` as the answer of a List operation.

    Args:
        documents: what there is.
        params: the request, with AWS's usual parameters (NameContains, CreationTimeAfter, SortBy, MaxResults, …).
        result: the answer's key for the page.
        name: the documents' key that holds their name.
        summary: the keys that a summary has.
        order: the operation's default SortOrder.
        keep: a filter beyond the usual ones.
    """
    found = [document for document in documents if _matches(document, params, name) and keep(document)]
    key = name if params.get("SortBy") == "Name" else "CreationTime"
    found.sort(key=lambda document: document[key], reverse=params.get("SortOrder", order) == "Descending")
    return page([{k: d[k] for k in summary if k in d} for d in found], params, result)


def page(found: Sequence[Document], params: Document, result: str, size: int = _DEFAULT_PAGE) -> Document:
    """Return the page of `found` that a request asks for, under the answer's key `result`.

    Raises:
        ValidationError: NextToken is none that was handed out.
    """
    start = _position(params.get("NextToken"))
    end = start + int(params.get("MaxResults") or size)
    answer: Document = {result: list(found[start:end])}
    if end < len(found):
        answer["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return answer


def _matches(document: Document, params: Document, name: str) -> bool:
    created: datetime = document["CreationTime"]
    after, before = _time(params.get("CreationTimeAfter")), _time(params.get("CreationTimeBefore"))
    return (
        str(params.get("NameContains", "")).lower() in str(document[name]).lower()
        and (after is None or created > after)
        and (before is None or created < before)
    )


def _time(value: Any) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(float(value), UTC)


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error):
        raise ValidationError("Invalid NextToken") from None
