"""Keys of the HTTP API: `fc_<prefix>_<secret>`, the secret of 256 bits, stored as SHA-256 only.

A plain hash is enough: a random secret of that length cannot be guessed, so a slow hash would only slow every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, insert, select, update

from crm_core import audit
from crm_core.access.roles import MANAGER, REP, ROLES
from crm_core.access.scope import Scope, scope_of
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import AccessError, UnknownKeyError
from crm_core.tables import ApiKeyRow

_MARK = "fc"


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. `rep_id`: whose leads a rep's key sees; `teams`: those a manager's does."""

    prefix: str
    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None
    rep_id: str | None = None
    teams: Sequence[str] | None = None
    replaced_by: str | None = None

    @property
    def scope(self) -> Scope:
        """Whose leads and customers it sees."""
        return scope_of(self.role, self.rep_id, self.teams or ())

    def is_live(self, now: datetime) -> bool:
        """Whether it is neither expired nor revoked."""
        return all(now < moment for moment in (self.expires_at, self.revoked_at) if moment is not None)


def create_key(
    engine: Engine,
    name: str,
    role: str,
    now: datetime,
    expires_at: datetime | None = None,
    *,
    rep_id: str | None = None,
    teams: Sequence[str] = (),
    actor: str = "system",
) -> str:
    """A new key; the answer is the only place where it is ever shown.

    Raises
    ------
    AccessError: there is no such role, or the role cannot be bound so.
    """
    _check(role, rep_id, teams)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey(prefix, name, role, now, expires_at, None, rep_id, list(teams) or None)
    with write_transaction(engine) as connection:
        _store(connection, key, secret)
        audit.record(connection, actor, "key.create", f"key:{prefix}", _told(key), now)
    return f"{_MARK}_{prefix}_{secret}"


def find_key(engine: Engine, plain: str, now: datetime) -> ApiKey | None:
    """The key, if it exists, its secret is right, and it is neither expired nor revoked at `now`."""
    mark, _, rest = plain.partition("_")
    prefix, _, secret = rest.partition("_")
    table = ApiKeyRow.__table__
    with read_transaction(engine) as connection:
        row = (
            connection.execute(select(table).where(table.c.prefix == prefix)).mappings().first()
            if mark == _MARK and prefix.isascii() and prefix.isalnum()
            else None
        )
    # Compared even where there is no such prefix, so that the time taken tells nothing.
    is_right = hmac.compare_digest(row["secret_sha256"] if row else "0" * 64, _digest(secret))
    if row is None or not is_right:
        return None
    key = ApiKey(**{name: row[name] for name in ApiKey.__dataclass_fields__})
    return key if key.is_live(now) else None


def rotate_key(engine: Engine, prefix: str, now: datetime, overlap: timedelta, *, actor: str = "system") -> str:
    """A new key in the place of a live one, with the same name, role, binding and length of life; the old one works
    for `overlap` more, but no longer than it would have.

    Raises
    ------
    UnknownKeyError: no live key has this prefix, or it was rotated before.
    """
    fresh, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with write_transaction(engine) as connection:
        old = _live_key(connection, prefix, now)
        if old.replaced_by is not None:
            raise UnknownKeyError(f"A key may be rotated once, but {prefix} was replaced by {old.replaced_by}.")
        expires_at = now + (old.expires_at - old.created_at) if old.expires_at else None
        ends_at = min(moment for moment in (now + overlap, old.expires_at) if moment is not None)
        _store(connection, ApiKey(fresh, old.name, old.role, now, expires_at, None, old.rep_id, old.teams), secret)
        values = {"expires_at": ends_at, "replaced_by": fresh}
        connection.execute(update(ApiKeyRow).where(ApiKeyRow.prefix == prefix).values(values))
        details = {"replaced_by": fresh, "old_key_ends_at": ends_at.isoformat()}
        audit.record(connection, actor, "key.rotate", f"key:{prefix}", details, now)
    return f"{_MARK}_{fresh}_{secret}"


def revoke_key(engine: Engine, prefix: str, now: datetime, *, actor: str = "system") -> bool:
    """End a key; whether there was one to end."""
    is_live = (ApiKeyRow.prefix == prefix, ApiKeyRow.revoked_at.is_(None))
    statement = update(ApiKeyRow).where(*is_live).values(revoked_at=now)
    with write_transaction(engine) as connection:
        was_live = bool(connection.execute(statement).rowcount)
        if was_live:
            audit.record(connection, actor, "key.revoke", f"key:{prefix}", {}, now)
    return was_live


def list_keys(engine: Engine) -> list[ApiKey]:
    """All keys, oldest first."""
    query = _keys().order_by(ApiKeyRow.created_at, ApiKeyRow.prefix)
    with read_transaction(engine) as connection:
        return [ApiKey(**row) for row in connection.execute(query).mappings()]


def _check(role: str, rep_id: str | None, teams: Sequence[str]) -> None:
    if role not in ROLES:
        raise AccessError(f"A key's role must be one of {', '.join(ROLES)}, but got {role!r}.")
    if rep_id is not None and role != REP:
        raise AccessError(f"A key must have role {REP} to be bound to a rep, but its role is {role}.")
    if teams and role != MANAGER:
        raise AccessError(f"A key must have role {MANAGER} to be bound to teams, but its role is {role}.")


def _keys() -> Select[Any]:
    table = ApiKeyRow.__table__
    return select(*(table.c[name] for name in ApiKey.__dataclass_fields__))


def _live_key(connection: Connection, prefix: str, now: datetime) -> ApiKey:
    row = connection.execute(_keys().where(ApiKeyRow.prefix == prefix).with_for_update()).mappings().first()
    key = ApiKey(**row) if row else None
    if key is None or not key.is_live(now):
        raise UnknownKeyError(f"The prefix must be that of a live key, but {prefix!r} is not; `keys list` shows them.")
    return key


def _store(connection: Connection, key: ApiKey, secret: str) -> None:
    connection.execute(insert(ApiKeyRow).values(**asdict(key), secret_sha256=_digest(secret)))


def _told(key: ApiKey) -> dict[str, object]:
    expires_at = key.expires_at.isoformat() if key.expires_at else None
    return {"name": key.name, "role": key.role, "rep_id": key.rep_id, "teams": key.teams, "expires_at": expires_at}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
