"""Signing in and out, and the choices of language and colours."""

from __future__ import annotations

import math
import secrets
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from serving.pages import cookies
from serving.pages.assets import asset_response
from serving.pages.desk import Desk
from serving.pages.page_request import PageRequest
from serving.pages.permissions import PAGE_PERMISSIONS
from serving.pages.sessions import address_of
from serving.pages.templating import render
from serving.pages.visitor import LANGUAGES, THEMES, Visitor, csrf_token_of

FIRST_PAGE = "/today"


def show_sign_in(asked: PageRequest, desk: Desk) -> Response:
    """GET /sign-in."""
    return sign_in_form(asked, desk, "")


def sign_in(asked: PageRequest, desk: Desk) -> Response:
    """POST /sign-in: a new session and cookie, or the form again, which does not tell what was wrong."""
    jar = cookies.read_cookies(asked.raw)
    address = address_of(asked.raw, desk.settings.pages.proxy_hops)
    found = desk.sessions.sign_in(
        asked.form.get("name", ""), asked.form.get("password", ""), address, jar.get(cookies.SESSION)
    )
    if isinstance(found, str):
        response: Response = RedirectResponse(safe_path(asked.form.get("next", "")), status_code=303)
        cookies.put_secret(response, asked.raw, cookies.SESSION, found)
        cookies.drop(response, cookies.BEFORE_SIGN_IN)
        return response
    if found is None:
        return sign_in_form(asked, desk, "sign_in.failed", 422)
    response = sign_in_form(asked, desk, "sign_in.wait", 429, seconds=math.ceil(found))
    response.headers["retry-after"] = str(math.ceil(found))
    return response


def sign_out(asked: PageRequest, desk: Desk) -> Response:
    """POST /sign-out."""
    if token := cookies.read_cookies(asked.raw).get(cookies.SESSION):
        desk.sessions.sign_out(token)
    response = RedirectResponse("/sign-in", status_code=303)
    cookies.drop(response, cookies.SESSION)
    return response


def first_page(asked: PageRequest, desk: Desk) -> Response:  # noqa: ARG001
    """GET /."""
    return RedirectResponse(FIRST_PAGE, status_code=303)


def prefer(asked: PageRequest, desk: Desk) -> Response:  # noqa: ARG001
    """GET /preferences: remembers a language or theme and goes back. It changes nothing but how pages look."""
    response = RedirectResponse(safe_path(asked.query.get("back", "")), status_code=303)
    for name, cookie, allowed in (("language", cookies.LANGUAGE, LANGUAGES), ("theme", cookies.THEME, THEMES)):
        if asked.query.get(name) in allowed:
            cookies.put_choice(response, asked.raw, cookie, asked.query[name])
    return response


def static(asked: PageRequest, desk: Desk) -> Response:  # noqa: ARG001
    """GET /static/{digest}/{name}."""
    return asset_response(asked.params["name"], asked.params["digest"])


def safe_path(target: str) -> str:
    r"""A page of ours, or the first page: a link must not lead people elsewhere after they signed in.

    >>> safe_path("/leads?page=2"), safe_path("//evil.example/"), safe_path("https://evil.example"), safe_path("/\\x")
    ('/leads?page=2', '/today', '/today', '/today')
    """
    if not target.isprintable() or "\\" in target:
        return FIRST_PAGE
    parts = urlsplit(target)
    is_ours = not parts.scheme and not parts.netloc and ("GET", parts.path) in PAGE_PERMISSIONS
    return target if is_ours else FIRST_PAGE


def sign_in_form(asked: PageRequest, desk: Desk, told: str, status: int = 200, **values: int) -> Response:
    """The form; `told`: key of what is said above it."""
    jar = cookies.read_cookies(asked.raw)
    secret = jar.get(cookies.BEFORE_SIGN_IN) or secrets.token_urlsafe(32)
    old = asked.visitor
    visitor = Visitor(csrf_token=csrf_token_of(secret), language=old.language, theme=old.theme)
    target = safe_path(asked.form.get("next") or asked.query.get("next", ""))
    response = render(
        "sign_in.html",
        visitor,
        "/sign-in",
        told=told,
        values=values,
        next=target,
        name=asked.form.get("name", ""),
        openid=desk.openid.rules.name if desk.openid else None,
    )
    response.status_code = status
    cookies.put_secret(response, asked.raw, cookies.BEFORE_SIGN_IN, secret)
    return response
