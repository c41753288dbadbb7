"""The one counter that orders all changes of bundle rows."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from crm_core.errors import DatabaseError
from crm_core.tables import ChangeCounter


def lock_counter(connection: Connection) -> int:
    """Last change number given; no other writer gets one until this transaction ends.

    On SQLite the transaction itself holds the only write lock; on PostgreSQL the row is locked.

    Raises
    ------
    DatabaseError: the database is not migrated.
    """
    last = connection.execute(
        select(ChangeCounter.last_seq).where(ChangeCounter.counter_id == 1).with_for_update()
    ).scalar()
    if last is None:
        raise DatabaseError("The database must be migrated first (funnelcast init), but its change counter is missing.")
    return int(last)


def save_counter(connection: Connection, last_seq: int) -> None:
    """Note the last number given in this transaction."""
    connection.execute(update(ChangeCounter).where(ChangeCounter.counter_id == 1).values(last_seq=last_seq))
