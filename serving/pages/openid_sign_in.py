"""Signing in at an OpenID Connect provider: out to it, and back with a code."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from starlette.responses import RedirectResponse, Response

from configs.settings import ConfigError
from serving.errors import NotFoundError
from serving.pages import cookies
from serving.pages.desk import Desk
from serving.pages.openid.attempt import Attempt
from serving.pages.openid.errors import OpenIdError
from serving.pages.openid.person_name import name_of
from serving.pages.openid.provider import Provider
from serving.pages.page_request import PageRequest
from serving.pages.sign_in import safe_path, sign_in_form

logger = logging.getLogger("funnelcast.pages")
MAX_CODE = 2_000


def begin(asked: PageRequest, desk: Desk) -> Response:
    """GET /sign-in/openid: on to the provider, with a cookie that remembers the attempt."""
    provider = _provider(desk)
    if cookies.header(asked.raw, b"sec-fetch-site") == "cross-site":
        return _failed(asked, desk, "Signing in must be begun on our page, but another site began it.")
    attempt = Attempt.begin(safe_path(asked.query.get("next", "")), datetime.now(UTC))
    try:
        response = RedirectResponse(provider.authorization_url(attempt), status_code=303)
    except OpenIdError as error:
        return _failed(asked, desk, str(error))
    cookies.put_secret(response, asked.raw, cookies.OPENID, attempt.in_cookie())
    return response


def come_back(asked: PageRequest, desk: Desk) -> Response:
    """GET /sign-in/openid/return: a session for the person whom the provider vouches for, or the form again."""
    provider, jar = _provider(desk), cookies.read_cookies(asked.raw)
    try:
        attempt = Attempt.of_cookie(
            jar.get(cookies.OPENID, ""), asked.query.get("state", ""), datetime.now(UTC),
            desk.settings.sign_in.attempt_minutes,
        )  # fmt: skip
        name = name_of(provider.claims(_code(asked), attempt), provider.rules)
    except (OpenIdError, ConfigError) as error:
        return _failed(asked, desk, str(error))
    token = desk.sessions.sign_in_as(name, jar.get(cookies.SESSION))
    if token is None:
        return _failed(asked, desk, "The name must be a person's who may sign in, but is not.")
    response = RedirectResponse(safe_path(attempt.next), status_code=303)
    cookies.put_secret(response, asked.raw, cookies.SESSION, token)
    for spent in (cookies.OPENID, cookies.BEFORE_SIGN_IN):
        cookies.drop(response, spent)
    return response


def _provider(desk: Desk) -> Provider:
    if desk.openid is None:
        raise NotFoundError("An OpenID provider must be configured, but none is.")
    return desk.openid


def _code(asked: PageRequest) -> str:
    if told := asked.query.get("error"):
        raise OpenIdError(f"The provider must let the person in, but says {told[:60]!r}.")
    code = asked.query.get("code", "")
    if not 0 < len(code) <= MAX_CODE:
        raise OpenIdError("The provider must send a code, but sent none.")
    return code


def _failed(asked: PageRequest, desk: Desk, why: str) -> Response:
    """The form again. Why stands in the log: a stranger is not told."""
    logger.warning("openid sign-in failed", extra={"fields": {"why": why}})
    response = sign_in_form(asked, desk, "sign_in.openid_failed", 422)
    cookies.drop(response, cookies.OPENID)
    return response
