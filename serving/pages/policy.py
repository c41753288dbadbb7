"""Headers of pages: what a browser may load and do. Everything comes from here, and no script stands in a page."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.pages.library import PATH as LIBRARY_PATH
from serving.request_note import RequestNote

Header = tuple[bytes, bytes]
PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Evidently's report and a review pack hold scripts of their own: they run without an origin and read nothing of ours.
FRAME_POLICY = (
    b"default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    b"font-src data:; frame-ancestors 'self'; sandbox allow-scripts"
)
# The exploration library compiles WebAssembly, runs it in a worker of its own making, and styles its own tree.
EXPLORE_POLICY = (
    b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
EXPLORE_PATH = "/explore"
FRAMED_PATHS = frozenset({"/models/drift", "/models/card", "/reviews/page"})
STATIC_PATHS = frozenset({"/static/{digest}/{name}", LIBRARY_PATH})
PERMISSIONS_POLICY = b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PagePolicy:
    """ASGI layer, outside of the one that gives every answer the API's headers: gives pages their own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; put the headers of its kind on the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["type"] == "http":
                message = {**message, "headers": _with_policy(message.get("headers", ()), scope, message["status"])}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _with_policy(headers: Iterable[Header], scope: Scope, status: int) -> list[Header]:
    kept = list(headers)
    if not any(name == b"content-type" and not value.startswith(b"application/json") for name, value in kept):
        return kept  # the API's answers, and redirects, keep the API's headers
    path = _template_of(scope)
    own: list[Header] = [(b"content-security-policy", PAGE_POLICY), (b"permissions-policy", PERMISSIONS_POLICY)]
    if path == EXPLORE_PATH:
        own[0] = (b"content-security-policy", EXPLORE_POLICY)
    if path in FRAMED_PATHS:
        own = [(b"content-security-policy", FRAME_POLICY), (b"x-frame-options", b"SAMEORIGIN")]
    if path in STATIC_PATHS and status == 200:
        own.append((b"cache-control", b"public, max-age=31536000, immutable"))
    if path in FRAMED_PATHS or path in STATIC_PATHS or _is_html(kept):
        names = {name for name, _ in own}
        return [pair for pair in kept if pair[0] not in names] + own
    return kept


def _is_html(headers: Iterable[Header]) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _template_of(scope: Scope) -> str:
    operation = RequestNote.of(scope).operation
    return operation.path if operation else ""
