"""Request ids, security headers and one JSON line per request; never personal data, never a key."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import metrics
from serving.request_note import RequestNote

logger = logging.getLogger("funnelcast.requests")

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET_PATHS = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})  # probes; logged only when they fail
_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_encoder = json.JSONEncoder(ensure_ascii=False, default=str)
_OUR_NAMES = frozenset({name for name, _ in _SECURITY_HEADERS} | {b"x-request-id", b"server"})


class RequestLog:
    """ASGI layer: gives the request its id and note, and writes its line when it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it was answered."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # none of our routes speaks it
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNote(request_id=request_id_of(scope))
        note.put(scope)
        path = scope["path"]
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": headers_with_ours(message.get("headers", ()), note.request_id)}
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            _measure(note, status, seconds)
            if path not in _QUIET_PATHS or status >= 400:
                _log(note, scope["method"], status, seconds * 1000)


def _measure(note: RequestNote, status: int, seconds: float) -> None:
    route = note.operation.path if note.operation else "none"
    metrics.REQUESTS.labels(route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)


def _log(note: RequestNote, method: str, status: int, milliseconds: float) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    # The route's template and not the path: a path may hold ids.
    route = note.operation.path if note.operation else None
    caller = note.caller.name if note.caller else None
    fields = {"request_id": note.request_id, "method": method, "route": route, "status": status}
    # Without `logger.info`, which looks up the line of code that logs: we do not tell it.
    record = logging.LogRecord(logger.name, logging.INFO, "", 0, "request", (), None)
    record.fields = {**fields, "ms": round(milliseconds, 2), "caller": caller, **note.log}
    logger.handle(record)


def request_id_of(scope: Scope) -> str:
    """The caller's X-Request-ID where it is a plain token, else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else os.urandom(16).hex()


def headers_with_ours(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """An answer's headers with the security headers and the request's id; ours replace others of the same name."""
    kept = [pair for pair in headers if pair[0].lower() not in _OUR_NAMES]
    return [*kept, *_SECURITY_HEADERS, (b"x-request-id", request_id.encode())]


def describe_failure(error: BaseException) -> dict[str, Any]:
    """Type and places of an error, without its message: that may quote what a caller sent."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error_type": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    }


class JsonLines(logging.Formatter):
    """One JSON object per record: at, level, logger, event, and the record's `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of this record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": moment, "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage()}
        return _encoder.encode({**line, **getattr(record, "fields", {})})


def configure_logging() -> None:
    """Our loggers write JSON lines to standard error and nowhere else."""
    # What our lines do not tell is not looked up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger("funnelcast")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
