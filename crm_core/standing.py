"""What stands at a moment in a table of moves: rows keyed by something and `since`, each valid until the next.

Used for tiers and tags. A run of a moment owns the rows of that moment and no others, so it may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, and_, delete, func, insert, select

from crm_core.golden_record.aliases import golden_ids

Resolve = Mapping[str, str]  # id of a merged customer -> id of its golden record


def standing_rows(
    connection: Connection, table: Table, as_of: datetime, *, is_before: bool = False, only: Sequence[str] = ()
) -> list[Any]:
    """The row in force per key at as_of, or of it the columns `only`; with `is_before`, just before as_of."""
    keys = [column for column in table.primary_key.columns if column.name != "since"]
    seen = table.c.since < as_of if is_before else table.c.since <= as_of
    last = select(*keys, func.max(table.c.since).label("since")).where(seen).group_by(*keys).subquery()
    same = and_(*(key == last.c[key.name] for key in keys), table.c.since == last.c.since)
    what: list[Any] = [table.c[name] for name in only] or [table]
    return list(connection.execute(select(*what).select_from(table).join(last, same).order_by(*keys)))


def put_right(connection: Connection, table: Table, as_of: datetime, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make `rows` the rows of as_of, whatever an earlier run of the same moment left; writes nothing if they are."""
    there = connection.execute(select(table).where(table.c.since == as_of)).mappings().all()
    keys = [column.name for column in table.primary_key.columns]
    if len(there) == len(rows) and _by_key(there, keys) == _by_key(rows, keys):
        return
    if there:
        connection.execute(delete(table).where(table.c.since == as_of))
    if rows:
        connection.execute(insert(table), list(rows))


def merges_or(resolve: Resolve | None, connection: Connection, as_of: datetime) -> Resolve:
    """What is given, or else the merges that are live at as_of."""
    return golden_ids(connection, as_of) if resolve is None else resolve


def resolved(ids: pd.Series[Any], resolve: Resolve) -> pd.Series[Any]:
    """Ids of customers, those that were merged replaced by that of their golden record."""
    return ids if not resolve else ids.map(resolve).where(ids.isin(list(resolve)), ids)


def is_merged_away(customer_id: str, resolve: Resolve) -> bool:
    """Whether the customer goes by another id now."""
    return resolve.get(customer_id, customer_id) != customer_id


def _by_key(rows: Any, keys: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[key] for key in keys): dict(row) for row in rows}
