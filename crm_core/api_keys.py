"""Keys of the HTTP API: `fc_<prefix>_<secret>`, the secret of 256 bits, stored as SHA-256 only.

A plain hash is enough: a random secret of that length cannot be guessed, so a slow hash would only slow every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from crm_core.database import read_transaction, write_transaction
from crm_core.tables import ApiKeyRow

_MARK = "fc"


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret."""

    prefix: str
    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None


def create_key(engine: Engine, name: str, role: str, now: datetime, expires_at: datetime | None = None) -> str:
    """A new key; the answer is the only place where it is ever shown."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = {
        "prefix": prefix,
        "name": name,
        "role": role,
        "secret_sha256": _digest(secret),
        "created_at": now,
        "expires_at": expires_at,
    }
    with write_transaction(engine) as connection:
        connection.execute(insert(ApiKeyRow).values(row))
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
    ends = [moment for moment in (key.expires_at, key.revoked_at) if moment is not None]
    return key if all(now < moment for moment in ends) else None


def revoke_key(engine: Engine, prefix: str, now: datetime) -> bool:
    """End a key; whether there was one to end."""
    is_live = (ApiKeyRow.prefix == prefix, ApiKeyRow.revoked_at.is_(None))
    statement = update(ApiKeyRow).where(*is_live).values(revoked_at=now)
    with write_transaction(engine) as connection:
        return bool(connection.execute(statement).rowcount)


def list_keys(engine: Engine) -> list[ApiKey]:
    """All keys, oldest first."""
    table = ApiKeyRow.__table__
    query = select(*(table.c[name] for name in ApiKey.__dataclass_fields__)).order_by(
        table.c.created_at, table.c.prefix
    )
    with read_transaction(engine) as connection:
        return [ApiKey(**row) for row in connection.execute(query).mappings()]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
