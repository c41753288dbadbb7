"""What other rooms read of the CRM. The only module that `features` may import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, func, select

from crm_core.channel_words import channel_words
from crm_core.database import open_database, read_transaction
from crm_core.golden_record.alias_versions import alias_versions
from crm_core.intake.attribute_book import slug_of
from crm_core.schema import BUNDLE, TableSpec, table_spec
from crm_core.storage import BulkTable
from crm_core.tables import AttributeDefinitionRow, Base, ChangeCounter

__all__ = [
    "TABLE_COLUMNS",
    "AttributeDefinition",
    "attribute_definitions",
    "channel_names",
    "channel_words",
    "last_change_seq",
    "open_database",
    "read_versions",
    "slug_of",
    "summary",
]

# table -> column -> text | integer | real | boolean | moment | date | json, after conversion (amount -> amount_cents).
# Provenance (recorded_at, change_seq, is_backfilled) is not listed; every table has it. All are tables of the bundle
# but the aliases of merged customers, which follow from decisions.
ALIASES = "customer_aliases"
TABLE_COLUMNS: dict[str, dict[str, str]] = {
    **{name: dict(spec.kinds) for name, spec in BUNDLE.items()},
    ALIASES: {"customer_id": "text", "golden_id": "text"},
}

_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "moment": pa.timestamp("us"),
    "date": pa.date32(),
    "json": pa.string(),
}
_PROVENANCE = {"recorded_at": "moment", "change_seq": "integer", "is_backfilled": "boolean"}


@dataclass(frozen=True)
class AttributeDefinition:
    """An attribute of leads or customers; in JSON and in the lake it goes by its slug."""

    entity: str  # lead | customer
    name: str  # as the export has it
    slug: str
    kind: str  # number | category | boolean | moment | text
    is_accepted: bool = False  # the mapping vouches that it does not leak


def last_change_seq(engine: Engine) -> int:
    """Number of the last committed change; 0 if there was none."""
    with read_transaction(engine) as connection:
        return int(connection.execute(select(ChangeCounter.last_seq)).scalar() or 0)


def attribute_definitions(engine: Engine) -> list[AttributeDefinition]:
    """All attributes known, by entity and slug."""
    table = AttributeDefinitionRow.__table__
    names = ("entity", "name", "slug", "kind", "is_accepted")
    query = select(*(table.c[name] for name in names)).order_by(table.c.entity, table.c.slug)
    with read_transaction(engine) as connection:
        return [AttributeDefinition(*row) for row in connection.execute(query)]


def summary(engine: Engine) -> dict[str, int]:
    """Rows of each bundle table, in their newest version."""
    with read_transaction(engine) as connection:
        counts = {name: select(func.count()).select_from(Base.metadata.tables[name]) for name in BUNDLE}
        return {name: int(connection.execute(query).scalar() or 0) for name, query in counts.items()}


def channel_names(engine: Engine) -> dict[str, str]:
    """Name of each channel by its id."""
    table = Base.metadata.tables["channels"]
    with read_transaction(engine) as connection:
        return {row.channel_id: row.name for row in connection.execute(select(table.c.channel_id, table.c.name))}


def last_recorded_at(engine: Engine) -> datetime | None:
    """The newest recorded_at of any bundle row, aware UTC; None while there is none."""
    with read_transaction(engine) as connection:
        tables = [Base.metadata.tables[name] for name in BUNDLE]
        found = [connection.execute(select(func.max(table.c.recorded_at))).scalar() for table in tables]
    moments = [moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment for moment in found if moment]
    return max(moments, default=None)


def read_versions(
    engine: Engine, table: str, after_seq: int, up_to_seq: int, chunk_rows: int = 50_000
) -> Iterator[pa.Table]:
    """All versions of a table's rows with after_seq < change_seq <= up_to_seq, current and superseded.

    Grain: one row per version. Columns: TABLE_COLUMNS[table], then recorded_at, change_seq, is_backfilled; moments are
    timestamp[us] in UTC without zone, dates date32, `attributes` JSON text by slug. Order: none. Chunks are bounded by
    `chunk_rows` and come from one state of the database, so a version is seen once even while others write.

    Raises
    ------
    UnknownTableError: no such table.
    DatabaseError: the database cannot be read.
    """
    if table == ALIASES:
        yield from _aliases(engine, after_seq, up_to_seq, chunk_rows)
        return
    spec = table_spec(table)
    with read_transaction(engine) as connection:
        for rows in _current(connection, spec, after_seq, up_to_seq, chunk_rows):
            yield _arrow(spec, rows)
        for rows in _superseded(connection, spec, after_seq, up_to_seq, chunk_rows):
            yield _arrow(spec, rows)


def _aliases(engine: Engine, after: int, up_to: int, chunk: int) -> Iterator[pa.Table]:
    """All versions are in one table; none is backfilled."""
    with read_transaction(engine) as connection:
        for rows in alias_versions(connection, after, up_to, chunk):
            members, golden, moments, numbers = zip(*rows, strict=True)
            yield pa.table(
                {
                    "customer_id": pa.array(members, pa.string()),
                    "golden_id": pa.array(golden, pa.string()),
                    "recorded_at": pa.array([moment.replace(tzinfo=None) for moment in moments], _ARROW["moment"]),
                    "change_seq": pa.array(numbers, pa.int64()),
                    "is_backfilled": pa.array([False] * len(rows), pa.bool_()),
                }
            )


def _current(
    connection: Connection, spec: TableSpec, after: int, up_to: int, chunk: int
) -> Iterator[list[Sequence[Any]]]:
    bulk = BulkTable(connection, spec)
    where = "WHERE change_seq > {0} AND change_seq <= {0} ORDER BY change_seq"
    yield from bulk.stream(f"SELECT {bulk.list_of(_kinds(spec))} FROM {spec.name} {where}", (after, up_to), chunk)


def _superseded(
    connection: Connection, spec: TableSpec, after: int, up_to: int, chunk: int
) -> Iterator[list[Sequence[Any]]]:
    bulk = BulkTable(connection, spec)
    what = bulk.list_of({"row": "json", **_PROVENANCE})
    sql = (
        f"SELECT {what} FROM row_history WHERE table_name = {{0}} AND change_seq > {{0}} AND change_seq <= {{0}} "
        "ORDER BY change_seq"
    )
    for rows in bulk.stream(sql, (spec.name, after, up_to), chunk):
        yield [(*_own(spec, row[0]), *row[1:]) for row in rows]


def _own(spec: TableSpec, row: str) -> tuple[Any, ...]:
    values = json.loads(row)
    return tuple(values.get(column) for column in spec.columns)


def _kinds(spec: TableSpec) -> dict[str, str]:
    return {**spec.kinds, **_PROVENANCE}


def _arrow(spec: TableSpec, rows: list[Sequence[Any]]) -> pa.Table:
    kinds = _kinds(spec)
    columns = zip(*rows, strict=True)
    return pa.table({name: _column(values, kinds[name]) for name, values in zip(kinds, columns, strict=True)})


def _column(values: Sequence[Any], kind: str) -> pa.Array:
    if kind == "boolean":  # SQLite has 0 and 1
        return pa.array([None if value is None else bool(value) for value in values], pa.bool_())
    if kind in {"moment", "date"}:
        return pa.array(values, pa.string()).cast(_ARROW[kind])
    return pa.array(values, _ARROW[kind])
