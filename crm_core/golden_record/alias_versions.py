"""Aliases as versions: what each decision changed, numbered with all other changes, for readers that take only those.

`aliases` replays the merges and decides; this log follows it and is what the event lake holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from crm_core.change_counter import lock_counter, save_counter
from crm_core.golden_record.aliases import golden_ids
from crm_core.tables import CustomerAlias

_CHUNK = 500  # ids per query


def store_aliases(connection: Connection, as_of: datetime) -> int:
    """Write a version of every customer that stands under another golden id than its last version says; returns how
    many. To be called in the transaction of a decision of as_of, after which nothing was decided yet.
    """
    stored, golden = _newest(connection), golden_ids(connection, as_of)
    every = sorted({*stored, *golden})
    moved = [one for one in every if stored.get(one, one) != golden.get(one, one)]
    if not moved:
        return 0
    last = lock_counter(connection)
    rows = [
        {"change_seq": last + place, "customer_id": one, "golden_id": golden.get(one, one), "recorded_at": as_of}
        for place, one in enumerate(moved, start=1)
    ]
    connection.execute(insert(CustomerAlias), rows)
    save_counter(connection, last + len(rows))
    return len(rows)


def alias_versions(connection: Connection, after: int, up_to: int, chunk_rows: int) -> Iterator[Sequence[Any]]:
    """Versions with after < change_seq <= up_to: rows (customer_id, golden_id, recorded_at, change_seq) by chunks."""
    table = CustomerAlias
    query = select(table.customer_id, table.golden_id, table.recorded_at, table.change_seq)
    asked = query.where(table.change_seq > after, table.change_seq <= up_to).order_by(table.change_seq)
    with connection.execute(asked, execution_options={"yield_per": chunk_rows}) as result:
        yield from result.partitions()


def with_relatives(connection: Connection, customer_ids: Collection[str]) -> set[str]:
    """These customers and all that ever stood under one golden id with them, whether they still do or not."""
    table = CustomerAlias
    roots = set(customer_ids) | _looked_up(connection, table.golden_id, table.customer_id, customer_ids)
    return roots | _looked_up(connection, table.customer_id, table.golden_id, roots)


def _looked_up(connection: Connection, wanted: Any, column: Any, ids: Collection[str]) -> set[str]:
    every, found = sorted(ids), set()
    for start in range(0, len(every), _CHUNK):
        found |= set(connection.execute(select(wanted).where(column.in_(every[start : start + _CHUNK]))).scalars())
    return found


def _newest(connection: Connection) -> dict[str, str]:
    """Customer id -> golden id by its last version."""
    table = CustomerAlias
    last = select(func.max(table.change_seq)).group_by(table.customer_id)
    query = select(table.customer_id, table.golden_id).where(table.change_seq.in_(last))
    return {row.customer_id: row.golden_id for row in connection.execute(query)}
