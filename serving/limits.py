"""Limits that hold before a body is parsed: its size (413), its type (415), and the time it takes to arrive (408)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from configs.sections import Serving
from serving.errors import BadRequestError, BodyTimeoutError, BodyTooLargeError, UnsupportedMediaError
from serving.request_note import RequestNote

# A body up to so many limits is read to its end and thrown away: a caller that is still sending when we answer and
# close hears a broken pipe instead of the answer.
DISCARDED_LIMITS = 16


class BodyLimits:
    """ASGI layer: reads the body of an operation that has one, whole and bounded, and hands it on in one piece.

    The size holds for what arrives, not for what `Content-Length` claims, so a chunked body is bounded too.
    """

    def __init__(self, app: ASGIApp, limits: Callable[[], Serving]) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body read, or raise what is wrong with it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        operation = RequestNote.of(scope).operation
        if operation is None or operation.body is None:
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        check_media_type(headers)
        limits = self.limits()
        try:
            async with asyncio.timeout(limits.body_timeout_seconds):
                body = await _read_bounded(receive, headers.get("content-length"), limits.max_body_bytes)
        except TimeoutError:
            seconds = limits.body_timeout_seconds
            raise BodyTimeoutError(f"The body must arrive within {seconds:g} s, but did not.") from None
        await self.app(scope, _replay(body, receive), send)


def check_media_type(headers: dict[str, str]) -> None:
    """Only JSON in UTF-8 and not compressed.

    Raises
    ------
    UnsupportedMediaError: it is something else, or nothing is said.
    """
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "application/json":
        raise UnsupportedMediaError(
            f"Content-Type must be application/json, but got {media_type.strip()[:60] or 'none'!r}."
        )
    charset = parameters.lower().replace('"', "").replace(" ", "").partition("charset=")[2]
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMediaError(f"The charset must be utf-8, but got {charset[:40]!r}.")
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise UnsupportedMediaError(f"Content-Encoding must be identity, but got {encoding[:40]!r}.")


async def _read_bounded(receive: Receive, declared: str | None, limit: int) -> bytes:
    claimed = int(declared) if declared is not None and declared.isdecimal() else 0
    is_too_large, size, chunks = claimed > limit, 0, list[bytes]()
    if claimed > DISCARDED_LIMITS * limit:
        raise _too_large(limit, claimed)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequestError("The body must arrive whole, but the connection closed.", code="incomplete_body")
        size += len(message.get("body", b""))
        is_too_large = is_too_large or size > limit
        if not is_too_large:
            chunks.append(message.get("body", b""))
        if not message.get("more_body", False) or size > DISCARDED_LIMITS * limit:
            break
    if is_too_large:
        raise _too_large(limit, claimed)
    return b"".join(chunks)


def _too_large(limit: int, claimed: int) -> BodyTooLargeError:
    has = claimed if claimed > limit else "more"
    return BodyTooLargeError(f"The body must have at most {limit} bytes, but has {has}.")


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def replayed() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()  # only a disconnect can follow
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
