"""Sessions of people in a browser: a random token of 256 bits, stored as SHA-256 only, that ends by itself."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from configs.sections import Pages
from crm_core import audit
from crm_core.access.people import COLUMNS, TABLE, Person, person_of
from crm_core.database import read_transaction, write_transaction
from crm_core.tables import SessionRow

SESSIONS = SessionRow.__table__
_SEEN_STEP = timedelta(minutes=1)  # a session's last use is written this often, not with every request
_KEPT = timedelta(days=30)  # ended sessions are looked at no more after this


def open_session(engine: Engine, person: Person, rules: Pages, now: datetime, replaced: str | None = None) -> str:
    """The token of a new session; the one that the browser came with, `replaced`, ends: a token is never kept over a
    sign-in, so one that was planted before it opens nothing after.
    """
    token = secrets.token_urlsafe(32)
    values = {
        "token_sha256": _digest(token), "name": person.name, "opened_at": now, "seen_at": now,
        "expires_at": now + timedelta(hours=rules.session_hours),
    }  # fmt: skip
    with write_transaction(engine) as connection:
        if replaced:
            _end(connection, replaced, now)
        connection.execute(delete(SessionRow).where(SESSIONS.c.expires_at < now - _KEPT))
        connection.execute(insert(SessionRow).values(**values))
        audit.record(connection, person.name, "session.open", f"person:{person.name}", {}, now)
    return token


def session_person(engine: Engine, token: str, rules: Pages, now: datetime) -> Person | None:
    """Whose session it is; None where it is unknown, has ended or idled too long, or the person is disabled."""
    mine = (SESSIONS.c.token_sha256 == _digest(token), SESSIONS.c.ended_at.is_(None), TABLE.c.disabled_at.is_(None))
    joined = SESSIONS.join(TABLE, TABLE.c.name == SESSIONS.c.name)
    query = select(*COLUMNS, SESSIONS.c.seen_at, SESSIONS.c.expires_at).select_from(joined).where(*mine)
    with read_transaction(engine) as connection:
        row = connection.execute(query).mappings().first()
    if row is None or now >= row["expires_at"] or now - row["seen_at"] >= timedelta(minutes=rules.idle_minutes):
        return None
    if now - row["seen_at"] >= _SEEN_STEP:
        _see(engine, token, now)
    return person_of(row)


def end_session(engine: Engine, token: str, now: datetime) -> None:
    """Sign out; an unknown token changes nothing."""
    with write_transaction(engine) as connection:
        if name := _end(connection, token, now):
            audit.record(connection, name, "session.close", f"person:{name}", {}, now)


def _end(connection: Connection, token: str, now: datetime) -> str | None:
    live: Any = (SESSIONS.c.token_sha256 == _digest(token), SESSIONS.c.ended_at.is_(None))
    name = connection.execute(select(SESSIONS.c.name).where(*live)).scalar()
    connection.execute(update(SessionRow).where(*live).values(ended_at=now))
    return name


def _see(engine: Engine, token: str, now: datetime) -> None:
    mine = SESSIONS.c.token_sha256 == _digest(token)
    with write_transaction(engine) as connection:
        connection.execute(update(SessionRow).where(mine).values(seen_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
