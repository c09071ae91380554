"""Data capture: requests and answers of an endpoint as JSON lines in S3, laid out as AWS lays them out.

`<destination>/<endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/<mm-ss-mmm>-<uuid>.jsonl`, in UTC.
"""

import base64
import json
import logging
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from localcloud.cloud import Cloud
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)

# A destination that cannot be written must not fill the memory; AWS, too, drops captured data rather than requests.
_MOST_PENDING = 10_000


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One side of an invocation."""

    content_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """An invocation with what the client said about it."""

    scope: Scope
    endpoint: str
    variant: str
    request: Payload
    response: Payload
    inference_id: str | None
    custom_attributes: str | None
    at: datetime


class Capture:
    """Collects exchanges from all threads until `flush`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._pending: list[tuple[Mapping[str, Any], Exchange]] = []
        self._random = random.Random()

    def record(self, settings: Mapping[str, Any], exchange: Exchange) -> None:
        """Take an exchange if `settings`, a DataCaptureConfig, and its sampling percentage say so."""
        if not settings.get("EnableCapture", True):
            return
        if self._random.uniform(0, 100) >= settings["InitialSamplingPercentage"]:
            return
        with self._lock:
            if len(self._pending) < _MOST_PENDING:
                self._pending.append((settings, exchange))

    def flush(self) -> None:
        """Write one object for each endpoint, variant and hour of what was collected."""
        with self._lock:
            pending, self._pending = self._pending, []
        files: dict[tuple[Scope, str, str], list[str]] = defaultdict(list)
        keys: dict[tuple[Scope, str, str], str] = {}
        for settings, exchange in pending:
            prefix = f"{settings['DestinationS3Uri'].rstrip('/')}/{exchange.endpoint}/{exchange.variant}"
            where = (exchange.scope, f"{prefix}/{exchange.at:%Y/%m/%d/%H}", settings.get("KmsKeyId", ""))
            files[where].append(json.dumps(capture_line(settings, exchange), separators=(",", ":")))
            keys.setdefault(where, f"{exchange.at:%M-%S}-{exchange.at.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl")
        for where, lines in files.items():
            self._write(where, keys[where], lines)

    def _write(self, where: tuple[Scope, str, str], name: str, lines: list[str]) -> None:
        scope, folder, key_id = where
        place = urlsplit(f"{folder}/{name}")
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
        try:
            self._cloud.client("s3", scope).put_object(
                Bucket=place.netloc,
                Key=place.path.lstrip("/"),
                Body="".join(f"{line}\n" for line in lines).encode(),
                ContentType="application/x-jsonlines",
                **encryption,
            )
        except Exception as error:
            log.warning("captured data (%d lines) could not be written to %s: %s", len(lines), folder, error)


def capture_line(settings: Mapping[str, Any], exchange: Exchange) -> Document:
    """Return one line of a capture file."""
    modes = {option["CaptureMode"] for option in settings["CaptureOptions"]}
    headers = settings.get("CaptureContentTypeHeader", {})
    data: Document = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side("INPUT", exchange.request, headers)
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side("OUTPUT", exchange.response, headers)
    metadata: Document = {"eventId": str(uuid.uuid4())}
    if exchange.custom_attributes:
        metadata["customAttributes"] = [exchange.custom_attributes]
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    metadata["inferenceTime"] = f"{exchange.at:%Y-%m-%dT%H:%M:%SZ}"
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def _side(mode: str, payload: Payload, headers: Mapping[str, list[str]]) -> Document:
    encoding = _encoding(payload.content_type, headers)
    try:
        data = base64.b64encode(payload.data).decode() if encoding == "BASE64" else payload.data.decode()
    except UnicodeDecodeError:
        encoding, data = "BASE64", base64.b64encode(payload.data).decode()
    return {"observedContentType": payload.content_type, "mode": mode, "data": data, "encoding": encoding}


def _encoding(content_type: str, headers: Mapping[str, list[str]]) -> str:
    plain = content_type.partition(";")[0].strip().lower()
    if plain in (item.lower() for item in headers.get("JsonContentTypes", ())):
        return "JSON"
    if plain in (item.lower() for item in headers.get("CsvContentTypes", ())):
        return "CSV"
    return "BASE64"
