"""What a person sees in the place of an answer that the access layer refused: a page, or the way to sign in."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.errors import RequestError, UnauthorisedError
from serving.pages.cookies import header
from serving.pages.error_page import error_page
from serving.pages.visitors import visitor_of
from serving.request_note import RequestNote


class PageErrors:
    """ASGI layer, just outside of access: for browsers that open a page. Whoever calls the API gets its JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in its place where it is refused."""
        try:
            await self.app(scope, receive, send)
        except RequestError as error:
            if not is_browser(scope):
                raise
            note = RequestNote.of(scope)
            note.is_error_formed = True
            note.log["code"] = error.error_code
            if isinstance(error, UnauthorisedError):
                response = RedirectResponse(f"/sign-in?next={quote(_here(scope), safe='')}", status_code=303)
                await response(scope, receive, send)
            else:
                await error_page(error, visitor_of(scope))(scope, receive, send)


def is_browser(scope: Scope) -> bool:
    """Whether a person's browser asks for a page."""
    return scope["type"] == "http" and "text/html" in header(scope, b"accept") and not scope["path"].startswith("/v1/")


def _here(scope: Scope) -> str:
    if scope["method"] != "GET":
        return "/today"
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])
