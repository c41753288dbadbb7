"""The visitor of a request: from what the access layer found, and the cookies of choice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Scope as AsgiScope

from crm_core.access import Scope
from serving.pages import cookies
from serving.pages.texts import language_of
from serving.pages.visitor import THEMES, Visitor, csrf_token_of
from serving.request_note import Caller, RequestNote


def visitor_of(scope: AsgiScope) -> Visitor:
    """Who asks. One who came with a key has no token: a key is not sent along by other sites, so no form needs one."""
    caller, jar = RequestNote.of(scope).caller, cookies.read_cookies(scope)
    theme = jar.get(cookies.THEME, "")
    secret = jar.get(cookies.SESSION if caller else cookies.BEFORE_SIGN_IN, "")
    return Visitor(
        name=caller.name.removeprefix("person:") if caller else "",
        role=caller.role if caller else "",
        scope=caller.scope if caller else Scope(),
        csrf_token=csrf_token_of(secret) if secret and not has_key(scope) else "",
        language=language_of(jar.get(cookies.LANGUAGE), cookies.header(scope, b"accept-language")),
        theme=theme if theme in THEMES else THEMES[0],
    )


def has_key(scope: AsgiScope) -> bool:
    """Whether the request came with a key of the API."""
    return bool(cookies.header(scope, b"authorization"))


def visitor_finder(runtime: Callable[[], Any]) -> Callable[[AsgiScope], Awaitable[Caller | None]]:
    """What tells the access layer whose session cookie a request has; it asks the database in a thread of the pages."""

    async def find(scope: AsgiScope) -> Caller | None:
        desk = runtime().pages
        if desk is None or cookies.SESSION not in cookies.read_cookies(scope):
            return None
        caller: Caller | None = await desk.lane.take(RequestNote.of(scope).arrived_at, desk.sessions.caller, scope)
        return caller

    return find
