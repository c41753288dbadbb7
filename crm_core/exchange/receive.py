"""Events from other systems, written once however often they are sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from configs.settings import Settings
from crm_core.database import write_transaction
from crm_core.errors import KeyReusedError
from crm_core.events import RowFault, upsert_rows_within
from crm_core.tables import EventRequest

MAX_VALUE = 200  # characters of a rejected value that are told

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Received:
    """`answer`: counts and the reasons of rejected rows, as JSON. `is_replay`: it is the one given before."""

    answer: dict[str, Any]
    is_replay: bool


def receive_events(
    engine: Engine, table: str, rows: Rows, scope: str, key: str | None, settings: Settings, now: datetime
) -> Received:
    """Write rows of a bundle table, learnt now; each row whole, or not at all where it breaks a rule.

    Rows and answer are stored in one transaction, so a caller that lost the answer asks again with the same key and
    gets it, and nothing is done twice. A second call with the key while the first is under way waits for its answer.

    Parameters
    ----------
    scope: whose key it is; two callers may use one key. key: None: every call counts as a new one.

    Raises
    ------
    KeyReusedError: the key came with another body before.
    UnknownTableError: no such table.
    DatabaseError: the database cannot be written; nothing is stored.
    """
    with write_transaction(engine) as connection:
        if key is None:
            return Received(_written(connection, table, rows, settings, now), is_replay=False)
        digest = body_digest(table, rows)
        if not _claim(connection, scope, key, digest, now):
            return Received(_stored_answer(connection, scope, key, digest), is_replay=True)
        answer = _written(connection, table, rows, settings, now)
        mine = (EventRequest.scope == scope, EventRequest.idempotency_key == key)
        connection.execute(update(EventRequest).where(*mine).values(answer=answer))
        return Received(answer, is_replay=False)


def forget_old_answers(engine: Engine, now: datetime, days: int) -> int:
    """Remove answers older than so many days; returns how many."""
    with write_transaction(engine) as connection:
        return connection.execute(
            delete(EventRequest).where(EventRequest.received_at < now - timedelta(days=days))
        ).rowcount


def body_digest(table: str, rows: Rows) -> str:
    """SHA-256 of what a body says; spaces and the order of names do not count."""
    words = json.dumps([table, list(rows)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def _written(connection: Connection, table: str, rows: Rows, settings: Settings, now: datetime) -> dict[str, Any]:
    counts, faults = upsert_rows_within(connection, table, rows, settings, now)
    return {"table": table, **counts, "errors": [_told(fault) for fault in faults]}


def _told(fault: RowFault) -> dict[str, Any]:
    return {**asdict(fault), "value": None if fault.value is None else fault.value[:MAX_VALUE]}


def _claim(connection: Connection, scope: str, key: str, digest: str, now: datetime) -> bool:
    """Take the key; False where it is taken. PostgreSQL waits here for another call with the key to end."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"scope": scope, "idempotency_key": key, "body_sha256": digest, "answer": {}, "received_at": now}
    statement = dialect.insert(EventRequest).values(row).on_conflict_do_nothing().returning(EventRequest.scope)
    return connection.execute(statement).first() is not None


def _stored_answer(connection: Connection, scope: str, key: str, digest: str) -> dict[str, Any]:
    query = select(EventRequest.body_sha256, EventRequest.answer)
    stored, answer = connection.execute(
        query.where(EventRequest.scope == scope, EventRequest.idempotency_key == key)
    ).one()
    if stored != digest:
        raise KeyReusedError("An Idempotency-Key must come with one body only, but this one came with another before.")
    return dict(answer)
