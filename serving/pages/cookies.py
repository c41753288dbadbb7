"""The cookies of the pages. Those that open something are HttpOnly, SameSite=Lax, and Secure wherever there is TLS."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response
from starlette.types import Scope as AsgiScope

SESSION = "fc_session"
BEFORE_SIGN_IN = "fc_before"  # binds the sign-in form to the browser that asked for it
OPENID = "fc_openid"  # a sign-in at the provider that is under way
LANGUAGE = "fc_language"
THEME = "fc_theme"
_YEAR_SECONDS = 365 * 86_400


def read_cookies(scope: AsgiScope) -> dict[str, str]:
    """All cookies of a request; none where the header cannot be read."""
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return {}
    return {name: morsel.value for name, morsel in jar.items()}


def is_secure(scope: AsgiScope) -> bool:
    """Whether the browser speaks TLS, to us or to the proxy in front."""
    forwarded = header(scope, b"x-forwarded-proto").split(",")[-1].strip().lower()
    return scope.get("scheme") == "https" or forwarded == "https"


def header(scope: AsgiScope, name: bytes) -> str:
    """A header's value, empty where there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def put_secret(response: Response, scope: AsgiScope, name: str, value: str) -> None:
    """A cookie that opens something: it ends with the browser, and no script reads it."""
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=is_secure(scope))


def put_choice(response: Response, scope: AsgiScope, name: str, value: str) -> None:
    """A cookie that remembers a choice for a year."""
    response.set_cookie(
        name, value, max_age=_YEAR_SECONDS, path="/", httponly=True, samesite="lax", secure=is_secure(scope)
    )


def drop(response: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")
