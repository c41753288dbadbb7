"""The change feed: an ordered log that every reader follows with a cursor of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select, update

from crm_core.bulk_insert import bulk_insert
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import CursorError, DatabaseError, ExchangeError
from crm_core.tables import FeedChange, FeedCounter

KINDS = ("score", "tier", "tag", "credit_hold")
ENTITIES = ("lead", "customer")


class Change(NamedTuple):  # a frozen dataclass takes twice as long to make, and a million are
    """Something that changed of one lead or customer, at an aware moment; `body` is plain JSON."""

    kind: str
    entity: str
    entity_id: str
    body: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Numbered:
    """A change and its place in the feed."""

    seq: int
    change: Change

    def to_json(self) -> dict[str, Any]:
        """As the feed and the webhooks tell it; `cursor` is the one to go on from after this change."""
        change = self.change
        told = {
            "kind": change.kind,
            "entity": change.entity,
            "entity_id": change.entity_id,
            "at": change.at.isoformat(),
        }
        return {"cursor": str(self.seq), **told, "body": dict(change.body)}


@dataclass(frozen=True)
class Page:
    """Part of the feed, in its order. `cursor`: where to go on; the one given where nothing is new."""

    changes: list[Numbered]
    cursor: int
    has_more: bool


def publish(
    connection: Connection | Engine,
    kind: str,
    entity: str,
    entity_id: str,
    body: Mapping[str, Any],
    at: datetime,
) -> int:
    """Tell other systems of one change; returns its number. On a connection, its transaction decides whether it counts.

    Raises
    ------
    ExchangeError: no such kind or entity.
    DatabaseError: the database cannot be written.
    """
    return publish_all(connection, [Change(kind, entity, entity_id, body, at)])


def publish_all(connection: Connection | Engine, changes: Sequence[Change]) -> int:
    """Tell of several changes in this order; returns the last number given."""
    for change in changes:
        _check(change)
    with _writing(connection) as opened:
        return append(opened, lock_feed(opened), changes)


def lock_feed(connection: Connection) -> int:
    """Last number given; no other publisher gets one until this transaction ends.

    Raises
    ------
    DatabaseError: the database is not migrated.
    """
    query = select(FeedCounter.last_seq).where(FeedCounter.counter_id == 1).with_for_update()
    last = connection.execute(query).scalar()
    if last is None:
        raise DatabaseError("The database must be migrated first (funnelcast init), but its feed counter is missing.")
    return int(last)


def append(connection: Connection, last_seq: int, changes: Sequence[Change]) -> int:
    """Write changes after `last_seq`, the number that `lock_feed` gave; returns the last number."""
    if not changes:
        return last_seq
    rows = [(seq, *change) for seq, change in enumerate(changes, last_seq + 1)]
    bulk_insert(connection, FeedChange, rows)
    last_seq += len(rows)
    connection.execute(update(FeedCounter).where(FeedCounter.counter_id == 1).values(last_seq=last_seq))
    return last_seq


def read_changes(engine: Engine, since: int, limit: int) -> Page:
    """The first `limit` changes after the cursor `since`; 0 is the beginning.

    Raises
    ------
    CursorError: the feed has not come that far, so the cursor is another database's.
    """
    with read_transaction(engine) as connection:
        last = last_number(connection)
        if since > last:
            raise CursorError(f"since must be a cursor that this feed gave, up to {last}, but got {since}.")
        found = changes_between(connection, since, last, KINDS, limit)
    cursor = found[-1].seq if found else since
    return Page(found, cursor, cursor < last)


def last_number(connection: Connection) -> int:
    """Number of the last change whose transaction is committed; 0 if there was none."""
    return int(connection.execute(select(FeedCounter.last_seq)).scalar() or 0)


def changes_between(connection: Connection, after: int, up_to: int, kinds: Sequence[str], limit: int) -> list[Numbered]:
    """Changes of these kinds with after < seq <= up_to, in order, at most `limit`."""
    table = FeedChange.__table__
    query = select(table).where(table.c.seq > after, table.c.seq <= up_to, table.c.kind.in_(kinds))
    rows = connection.execute(query.order_by(table.c.seq).limit(limit)).mappings()
    return [Numbered(row["seq"], Change(*(row[name] for name in Change._fields))) for row in rows]


@contextmanager
def _writing(connection: Connection | Engine) -> Iterator[Connection]:
    if isinstance(connection, Connection):
        yield connection
        return
    with write_transaction(connection) as opened:
        yield opened


def _check(change: Change) -> None:
    for name, value, allowed in (("kind", change.kind, KINDS), ("entity", change.entity, ENTITIES)):
        if value not in allowed:
            raise ExchangeError(f"The {name} of a change must be one of {', '.join(allowed)}, but got {value!r}.")
