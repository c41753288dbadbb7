"""What of a person stands in tables of its own: removed, or kept with nothing but ids, amounts and moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, or_, select, update

from crm_core.intake.batch import row_hash
from crm_core.privacy.person import Person
from crm_core.schema import BUNDLE
from crm_core.storage import BulkTable
from crm_core.tables import Base, FeedChange, RowHistory

# Rows that are about the person: gone, in all versions. Table -> column -> entity, or (entity's column, id's column).
ABOUT: Mapping[str, Mapping[str, str]] = {
    "customers": {"customer_id": "customer"},
    "leads": {"lead_id": "lead"},
    "stage_events": {"lead_id": "lead"},
    "attribute_changes": {"entity_id": ""},
    "sync_log": {"entity_id": ""},
}
# Work that a rep is paid for by the month: who, what and when stay, whom it was for goes.
WORK: Mapping[str, Mapping[str, str]] = {"activities": {"lead_id": "lead", "customer_id": "customer"}}
WORK_KEEPS = frozenset({"activity_id", "occurred_at", "kind", "rep_id", "is_effective"})
# Rows that the books need: ids, amounts and moments stay. Their free words go (`WORDS`).
KEPT: Mapping[str, Mapping[str, str]] = {
    "orders": {"customer_id": "customer", "lead_id": "lead"},
    "receivables": {"customer_id": "customer"},
    "ratings": {"customer_id": "customer"},
}
# What was worked out about the person.
DERIVED: Mapping[str, Mapping[str, str]] = {
    "customer_faults": {"customer_id": "customer"},
    "customer_matches": {"left_id": "customer", "right_id": "customer"},
    "customer_tags": {"customer_id": "customer"},
    "customer_tiers": {"customer_id": "customer"},
    "lead_overrides": {"lead_id": "lead"},
    "predictions": {"entity_id": ""},
}
# Ids only; without them the ledger could not be replayed.
LINKS: Mapping[str, Mapping[str, str]] = {
    "customer_merges": {"from_id": "customer", "into_id": "customer"},
    "customer_aliases": {"customer_id": "customer", "golden_id": "customer"},
}

Pseudonyms = Mapping[tuple[str, str], str]  # (entity, personal id) -> the id in its place


def erase_rows(connection: Connection, person: Person, pseudonyms: Pseudonyms) -> Counter[str]:
    """Rows per table that were removed, or changed where the table is kept."""
    done: Counter[str] = Counter()
    for name in ABOUT:
        done[name] += _remove_versions(connection, name, person)
    for name, columns in WORK.items():
        done[name] += _strip_versions(connection, name, columns, person)
    for name, columns in DERIVED.items():
        table = Base.metadata.tables[name]
        done[name] += connection.execute(delete(table).where(_names(table, columns, person))).rowcount
    done["feed_changes"] += _blank_feed(connection, person)
    for name, columns in KEPT.items():
        done[name] += _rename_versions(connection, name, columns, pseudonyms)
    for name, columns in LINKS.items():
        done[name] += _rename(connection, Base.metadata.tables[name], columns, pseudonyms)
    return +done


def _names(table: Table, columns: Mapping[str, str], person: Person) -> ColumnElement[bool]:
    """Whether a row names the person in one of these columns; "" is where the row itself tells the entity."""
    found: list[ColumnElement[bool]] = []
    for column, entity in columns.items():
        if entity:
            found.append(table.c[column].in_(person.ids(entity)))
            continue
        for one in ("lead", "customer"):
            is_its_kind = table.c.entity.in_((one, f"{one}s"))
            found.append(and_(is_its_kind, table.c[column].in_(person.ids(one))))
    return or_(*found)


def _remove_versions(connection: Connection, name: str, person: Person) -> int:
    """Remove rows by what their newest version says, with every version before."""
    table = Base.metadata.tables[name]
    key = table.c[BUNDLE[name].key]
    keys = connection.execute(select(key).where(_names(table, ABOUT[name], person))).scalars().all()
    older = and_(RowHistory.table_name == name, RowHistory.row_key.in_(keys))
    connection.execute(delete(RowHistory).where(older))
    return connection.execute(delete(table).where(key.in_(keys))).rowcount


def _strip_versions(connection: Connection, name: str, columns: Mapping[str, str], person: Person) -> int:
    """Leave of rows what `WORK_KEEPS` names, and nothing of the versions before."""
    bulk, table = BulkTable(connection, BUNDLE[name]), Base.metadata.tables[name]
    keys = connection.execute(select(table.c[bulk.spec.key]).where(_names(table, columns, person))).scalars().all()
    older = and_(RowHistory.table_name == name, RowHistory.row_key.in_(keys))
    connection.execute(delete(RowHistory).where(older))
    bulk.write([_stripped(row, bulk) for row in bulk.rows_of(keys).values()])
    return len(keys)


def _stripped(row: Sequence[Any], bulk: BulkTable) -> tuple[Any, ...]:
    columns = bulk.spec.columns
    values = tuple(value if name in WORK_KEEPS else None for name, value in zip(columns, row, strict=False))
    return _restamped(values, row, bulk)


def _blank_feed(connection: Connection, person: Person) -> int:
    """Entries of the feed keep their place, so that no reader's cursor skips, and say nothing any more."""
    table = FeedChange.__table__
    is_theirs = and_(_names(table, {"entity_id": ""}, person), table.c.entity_id != "erased")  # type: ignore[arg-type]
    return connection.execute(update(FeedChange).where(is_theirs).values(entity_id="erased", body={})).rowcount


def _rename(connection: Connection, table: Table, columns: Mapping[str, str], pseudonyms: Pseudonyms) -> int:
    """Put pseudonyms in the place of personal ids; returns how many cells."""
    count = 0
    for (entity, old), new in pseudonyms.items():
        for column in (column for column, of in columns.items() if of == entity):
            count += connection.execute(update(table).where(table.c[column] == old).values({column: new})).rowcount
    return count


def _rename_versions(connection: Connection, name: str, columns: Mapping[str, str], pseudonyms: Pseudonyms) -> int:
    """The same in every version of bundle rows; their hashes follow, so that a row that comes again is unchanged."""
    bulk, place = (
        BulkTable(connection, BUNDLE[name]),
        {column: BUNDLE[name].columns.index(column) for column in columns},
    )
    table, count = Base.metadata.tables[name], 0
    for (entity, old), new in pseudonyms.items():
        for column in (column for column, of in columns.items() if of == entity):
            keys = connection.execute(select(table.c[bulk.spec.key]).where(table.c[column] == old)).scalars().all()
            rows = [_with(row, place[column], new, bulk) for row in bulk.rows_of(keys).values()]
            bulk.write(rows)
            count += len(rows) + _rename_history(connection, bulk, column, old, new)
    return count


def _with(row: Sequence[Any], place: int, value: str, bulk: BulkTable) -> tuple[Any, ...]:
    own = len(bulk.spec.columns)
    return _restamped((*row[:place], value, *row[place + 1 : own]), row, bulk)


def _restamped(values: tuple[Any, ...], row: Sequence[Any], bulk: BulkTable) -> tuple[Any, ...]:
    """A stored row with other values and the hash of these."""
    recorded_at, seq, _, is_backfilled = row[len(values) :]
    return (*values, recorded_at, seq, row_hash(values, bulk.spec.count_added), bool(is_backfilled))


def _rename_history(connection: Connection, bulk: BulkTable, column: str, old: str, new: str) -> int:
    is_old = and_(RowHistory.table_name == bulk.spec.name, RowHistory.row[column].as_string() == old)
    found = connection.execute(select(RowHistory.change_seq, RowHistory.row).where(is_old)).all()
    for seq, row in found:
        values = {**row, column: new}
        digest = row_hash(tuple(values.get(name) for name in bulk.spec.columns), bulk.spec.count_added)
        is_it = RowHistory.change_seq == seq
        connection.execute(update(RowHistory).where(is_it).values(row=values, row_hash=digest))
    return len(found)
