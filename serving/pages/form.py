"""Forms: read whole and bounded, and taken only from our own pages."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.types import Scope as AsgiScope

from serving.errors import BadRequestError, BodyTimeoutError, BodyTooLargeError, UnsupportedMediaError
from serving.pages.cookies import header
from serving.pages.visitor import Visitor
from serving.pages.visitors import has_key

MAX_BYTES = 60_000  # a setting of some thousand Chinese characters, nine bytes each
MAX_FIELDS = 50
FIELD = "csrf_token"


async def read_form(request: Request, timeout_seconds: float) -> dict[str, str]:
    """The fields of a form; of fields of one name the last.

    Raises
    ------
    RequestError: it is no form, too large, or does not arrive.
    """
    media_type = header(request.scope, b"content-type").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise UnsupportedMediaError(f"A form must be application/x-www-form-urlencoded, but got {media_type[:60]!r}.")
    body = b""
    try:
        async with asyncio.timeout(timeout_seconds):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BYTES:
                    raise BodyTooLargeError(f"A form must have at most {MAX_BYTES} bytes, but has more.")
    except TimeoutError:
        raise BodyTimeoutError(f"A form must arrive within {timeout_seconds:g} s, but did not.") from None
    except ClientDisconnect:
        raise BadRequestError("A form must arrive whole, but the connection closed.") from None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise BadRequestError("A form must be UTF-8 with few fields, but is not.") from None


def check_origin(scope: AsgiScope, visitor: Visitor, form: Mapping[str, str]) -> None:
    """Refuse a form that another site sent in a person's name.

    Raises
    ------
    BadRequestError: it lacks the visitor's token, or the browser says that it comes from elsewhere.
    """
    if has_key(scope):
        return
    is_foreign = header(scope, b"sec-fetch-site") in {"cross-site", "same-site"}
    is_ours = bool(visitor.csrf_token) and hmac.compare_digest(form.get(FIELD, ""), visitor.csrf_token)
    if is_foreign or not is_ours:
        raise BadRequestError("A form must come from a page of this visit, but does not.", code="form_outdated")
