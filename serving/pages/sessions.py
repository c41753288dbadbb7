"""Sessions behind the session cookie, as the access layer and the sign-in page use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope as AsgiScope

from configs.sections import Pages
from crm_core.access import lockout
from crm_core.access.passwords import is_password
from crm_core.access.people import name_as_stored, stored_password
from crm_core.access.sessions import end_session, open_session, session_person
from serving.pages import cookies
from serving.request_note import Caller

MAX_TOKEN_LENGTH = 100


@dataclass
class Sessions:
    """Sessions of one database. They go by the real clock even where the scoring clock is frozen."""

    engine: Any
    rules: Pages

    def caller(self, scope: AsgiScope) -> Caller | None:
        """Who the session cookie of a request belongs to; blocks while the database is asked."""
        token = cookies.read_cookies(scope).get(cookies.SESSION, "")
        if not 0 < len(token) <= MAX_TOKEN_LENGTH:
            return None
        person = session_person(self.engine, token, self.rules, _now())
        return Caller(f"person:{person.name}", person.role, person.scope) if person else None

    def sign_in(self, name: str, password: str, address: str, replaced: str | None) -> str | float | None:
        """The new session's token; or the seconds to wait, where too many attempts failed; or None: it failed too."""
        stored_name = name_as_stored(name)
        subjects = [(lockout.NAME, stored_name), (lockout.ADDRESS, address)]
        if (wait := lockout.take_attempt(self.engine, subjects, self.rules, _now())) > 0:
            return wait
        found = stored_password(self.engine, stored_name)
        is_right = is_password(found[1] if found else None, password)  # also for nobody: it takes as long
        if found is None or not is_right:
            return None
        lockout.forgive(self.engine, subjects)
        return open_session(self.engine, found[0], self.rules, _now(), replaced)

    def sign_in_as(self, name: str, replaced: str | None) -> str | None:
        """The token of a new session of a person whom an OpenID provider vouches for; None where nobody has the name,
        or the person is disabled.
        """
        found = stored_password(self.engine, name)
        return open_session(self.engine, found[0], self.rules, _now(), replaced) if found else None

    def sign_out(self, token: str) -> None:
        """End the session."""
        end_session(self.engine, token, _now())


def address_of(scope: AsgiScope, proxy_hops: int) -> str:
    """The client's address; behind `proxy_hops` proxies of ours the one that the outermost of them saw."""
    seen = [part.strip() for part in cookies.header(scope, b"x-forwarded-for").split(",") if part.strip()]
    if proxy_hops and len(seen) >= proxy_hops:
        return seen[-proxy_hops]
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _now() -> datetime:
    return datetime.now(UTC)
