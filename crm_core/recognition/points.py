"""The ledger of points: entries are added, never changed, and what is spent is always covered.

Writers come one after another: each calls `lock_points` first in its transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Engine, insert, select, text

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.errors import RecognitionConflictError
from crm_core.rule_version import rule_version
from crm_core.tables import PointEntry


@dataclass(frozen=True)
class Points:
    """One entry; spent points are negative.

    kind: service_star, medal, certificate, honour or reward. source: what gave or took the points, once per kind.
    what: the code of the medal, course or reward.
    """

    rep_id: str
    occurred_at: datetime
    kind: str
    source: str
    what: str
    points: int
    rule_version: str
    entry_number: int = 0
    balance_after: int = 0


def point_entries(engine: Engine, rep_id: str, as_of: datetime) -> list[Points]:
    """A rep's entries up to as_of, oldest first; their sum is the balance of that moment."""
    with read_transaction(engine) as connection:
        return [one for one in _entries(connection, rep_id) if one.occurred_at <= as_of]


def points_rule_version(settings: Settings) -> str:
    """Version of all prices and awards."""
    return rule_version("points", recognition=settings.recognition)


def lock_points(connection: Connection) -> None:
    """No other transaction books points until this one ends; readers are not held up."""
    if connection.dialect.name == "postgresql":  # on SQLite a write transaction has the only lock anyway
        connection.execute(text("LOCK TABLE point_entries IN SHARE ROW EXCLUSIVE MODE"))


def book(connection: Connection, new: Points) -> Points:
    """Add an entry; one that is there already is returned as it stands.

    Raises
    ------
    RecognitionConflictError: it spends more than the rep has from its moment on; or its source gave another entry.
    """
    entries = _entries(connection, new.rep_id)
    for one in entries:
        if (one.kind, one.source) == (new.kind, new.source):
            return _same(one, new)
    available = least_balance(entries, new.occurred_at)
    if available + min(new.points, 0) < 0:
        raise RecognitionConflictError(
            f"Points spent must be covered by the balance of {available}, but {new.what} costs {-new.points}."
        )
    number = max((one.entry_number for one in entries), default=0) + 1
    balance = sum(one.points for one in entries) + new.points
    booked = Points(**{**asdict(new), "entry_number": number, "balance_after": balance})
    connection.execute(insert(PointEntry).values(asdict(booked)))
    return booked


def least_balance(entries: Sequence[Points], moment: datetime) -> int:
    """The lowest balance from the moment on: what can be spent at it. `entries`: in the order of their moments.

    An entry may be booked for a moment before others: what a later one spent is spent. Entries of one moment count
    together, in whatever order they were booked.
    """
    balance = sum(one.points for one in entries if one.occurred_at <= moment)
    least = balance
    later = (one for one in entries if one.occurred_at > moment)
    for _, together in groupby(later, key=lambda one: one.occurred_at):
        balance += sum(one.points for one in together)
        least = min(least, balance)
    return least


def _entries(connection: Connection, rep_id: str) -> list[Points]:
    table = PointEntry.__table__
    mine = select(table).where(table.c.rep_id == rep_id).order_by(table.c.occurred_at, table.c.entry_number)
    return [Points(**row) for row in connection.execute(mine).mappings()]


def _same(there: Points, new: Points) -> Points:
    if there.what != new.what:
        raise RecognitionConflictError(
            f"A source must give one entry, but {new.source} was for {there.what} and now is for {new.what}."
        )
    return there
