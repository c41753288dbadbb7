"""The one form of an answer: JSON, and for errors {"error": {"code", "message", "details"}}."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from serving.errors import RequestError

SCORES_PER_PIECE = 20  # encoding holds the interpreter, and other requests wait for it
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_json(content: Any) -> bytes:
    """UTF-8 JSON. NaN and infinity are not JSON: they raise ValueError, so that no reader meets them."""
    return _encoder.encode(content).encode()


def scores_json(answer: Mapping[str, Any]) -> bytes:
    """`to_json` of an answer with many `scores`, in pieces between which other threads have their turn.

    >>> scores_json({"model": 1, "scores": [{"a": 2}] * 21}) == to_json({"model": 1, "scores": [{"a": 2}] * 21})
    True
    """
    scores = answer["scores"]
    starts = range(0, len(scores), SCORES_PER_PIECE)
    pieces = b",".join(to_json(scores[start : start + SCORES_PER_PIECE])[1:-1] for start in starts)
    parts = [
        to_json(name) + b":" + (b"[" + pieces + b"]" if name == "scores" else to_json(value))
        for name, value in answer.items()
    ]
    return b"{" + b",".join(parts) + b"}"


def json_response(content: Any, status: int = 200) -> Response:
    """An answer with this content."""
    return encoded_response(to_json(content), status)


def encoded_response(body: bytes, status: int = 200) -> Response:
    """An answer with this JSON."""
    return Response(body, status_code=status, media_type="application/json")


def error_response(error: RequestError) -> Response:
    """The answer that tells this error."""
    content = {"error": {"code": error.error_code, "message": error.message, "details": error.details}}
    return Response(
        to_json(content), status_code=error.http_status, media_type="application/json", headers=error.headers()
    )
