"""The one form of an answer: JSON, and for errors {"error": {"code", "message", "details"}}."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from serving.errors import RequestError


def to_json(content: Any) -> bytes:
    """UTF-8 JSON. NaN and infinity are not JSON: they raise ValueError, so that no reader meets them."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def json_response(content: Any, status: int = 200) -> Response:
    """An answer with this content."""
    return Response(to_json(content), status_code=status, media_type="application/json")


def error_response(error: RequestError) -> Response:
    """The answer that tells this error."""
    content = {"error": {"code": error.error_code, "message": error.message, "details": error.details}}
    return Response(
        to_json(content), status_code=error.http_status, media_type="application/json", headers=error.headers()
    )
