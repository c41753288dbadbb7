"""SQL by which bundle rows are read and written in bulk, in the stored form that both databases share.

Stored form: moments `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, dates `YYYY-MM-DD`, JSON as text. Values go past SQLAlchemy's
per-value conversion, which would take longer than the rest of an import.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from crm_core.schema import PROVENANCE, TableSpec

_PG_FORMS = {
    "moment": "to_char({0}, 'YYYY-MM-DD HH24:MI:SS.US')",
    "date": "to_char({0}, 'YYYY-MM-DD')",
    "json": "{0}::text",
}
Row = tuple[Any, ...]


class BulkTable:
    """One bundle table on one connection."""

    def __init__(self, connection: Connection, spec: TableSpec) -> None:
        self.spec = spec
        self._connection = connection
        self._is_postgres = connection.dialect.name == "postgresql"
        self._mark = "%s" if self._is_postgres else "?"
        self.columns = (*spec.columns, *PROVENANCE)

    def expression(self, column: str, kind: str) -> str:
        """A column in stored form."""
        return _PG_FORMS.get(kind, "{0}").format(column) if self._is_postgres else column

    def list_of(self, kinds: dict[str, str]) -> str:
        """A select list of columns in stored form."""
        return ", ".join(self.expression(column, kind) for column, kind in kinds.items())

    def select_list(self) -> str:
        """All columns in stored form, in the order of `columns`."""
        kinds = self.spec.kinds | {"recorded_at": "moment"}
        return self.list_of({column: kinds.get(column, "") for column in self.columns})

    def stream(self, sql: str, values: Row, chunk_rows: int) -> Iterator[list[Sequence[Any]]]:
        """Rows of a query by chunks, without holding all; `{0}` in the query stands for each of the values.

        On SQLite the driver's own tuples, since SQLAlchemy's rows take as long as the reading; on PostgreSQL SQLAlchemy
        has read ahead of the cursor.
        """
        options = {"stream_results": True}  # of this statement: kept on the connection it would outlast the query
        with self._connection.exec_driver_sql(sql.format(self._mark), values, options) as result:
            if self._is_postgres:
                yield from map(list, result.partitions(chunk_rows))
                return
            cursor: Any = result.cursor
            while rows := cursor.fetchmany(chunk_rows):
                yield rows

    def versions_of(self, keys: Sequence[str]) -> dict[str, tuple[str, str, int, bool]]:
        """Key -> (row_hash, recorded_at, change_seq, is_backfilled) of those that are stored."""
        moment = self.expression("recorded_at", "moment")
        rows = self._by_keys(f"{self.spec.key}, row_hash, {moment}, change_seq, is_backfilled", keys)
        return {row[0]: (row[1], row[2], row[3], bool(row[4])) for row in rows}

    def moments_of(self, column: str, keys: Sequence[str]) -> dict[str, str]:
        """Key -> a column's moment in stored form, of those that are stored with one."""
        rows = self._by_keys(f"{self.spec.key}, {self.expression(column, 'moment')}", keys)
        return {row[0]: row[1] for row in rows if row[1] is not None}

    def rows_of(self, keys: Sequence[str]) -> dict[str, Row]:
        """Key -> whole row, in the order of `columns`."""
        place = self.columns.index(self.spec.key)
        return {row[place]: tuple(row) for row in self._by_keys(self.select_list(), keys)}

    def write(self, rows: Sequence[Row]) -> None:
        """Insert rows, or replace those whose key is there."""
        if rows:
            self._connection.exec_driver_sql(self._upsert_sql(), list(rows))

    def archived(self, keys: Sequence[str]) -> Iterator[tuple[str, Row]]:
        """(key, whole row in the order of `columns`) of every superseded version, oldest number first."""
        moment = self.expression("recorded_at", "moment")
        what = f"row_key, {self.expression('row', 'json')}, row_hash, {moment}, change_seq, is_backfilled"
        where = f"WHERE table_name = {self._mark} AND row_key {self._in()} ORDER BY change_seq"
        sql = f"SELECT {what} FROM row_history {where}"
        for key, row, digest, recorded_at, seq, is_backfilled in self._run(sql, (self.spec.name, self._keys(keys))):
            values = json.loads(row)
            own = tuple(values.get(column) for column in self.spec.columns)
            yield key, (*own, recorded_at, seq, digest, bool(is_backfilled))

    def archive(self, rows: Sequence[Row], superseded_at: Sequence[str]) -> None:
        """Put whole rows (in the order of `columns`) into row_history."""
        own = len(self.spec.columns)
        place = self.spec.columns.index(self.spec.key)
        values = [
            (
                row[own + 1],
                self.spec.name,
                row[place],
                self._json(row),
                row[own + 2],
                row[own],
                until,
                bool(row[own + 3]),
            )
            for row, until in zip(rows, superseded_at, strict=True)
        ]
        if values:
            marks = ", ".join([self._mark] * 8)
            self._connection.exec_driver_sql(
                "INSERT INTO row_history (change_seq, table_name, row_key, row, row_hash, recorded_at, superseded_at, "
                f"is_backfilled) VALUES ({marks})",
                values,
            )

    def forget(self, seqs: Sequence[int]) -> None:
        """Take versions out of row_history again."""
        if seqs:
            self._connection.exec_driver_sql(
                f"DELETE FROM row_history WHERE change_seq = {self._mark}", [(seq,) for seq in seqs]
            )

    def _json(self, row: Row) -> str:
        own = dict(zip(self.spec.columns, row, strict=False))
        return json.dumps(own, ensure_ascii=False, separators=(",", ":"))

    def _upsert_sql(self) -> str:
        names, marks = ", ".join(self.columns), ", ".join([self._mark] * len(self.columns))
        updates = ", ".join(f"{name} = excluded.{name}" for name in self.columns if name != self.spec.key)
        start = f"INSERT INTO {self.spec.name} ({names}) VALUES ({marks})"
        return f"{start} ON CONFLICT ({self.spec.key}) DO UPDATE SET {updates}"

    def _by_keys(self, what: str, keys: Sequence[str]) -> Any:
        sql = f"SELECT {what} FROM {self.spec.name} WHERE {self.spec.key} {self._in()}"
        return self._run(sql, (self._keys(keys),))

    def _in(self) -> str:
        return "= ANY(%s)" if self._is_postgres else "IN (SELECT value FROM json_each(?))"

    def _keys(self, keys: Sequence[str]) -> Any:
        return list(keys) if self._is_postgres else json.dumps(list(keys))

    def _run(self, sql: str, values: Row) -> Any:
        return self._connection.exec_driver_sql(sql, values)
