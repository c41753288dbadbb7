"""The lake's tables in DuckDB, as intervals of visibility."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from features.asof import Table, with_intervals
from features.lake_manifest import Manifest
from features.lake_schema import ARROW_TYPES, DUCKDB_TYPES, IBIS_TYPES, KEYS, LONG_TEXTS, MARKED, SPARED, columns_of


@dataclass(frozen=True)
class Statement:
    """One statement of DuckDB; `has_answer`: its rows are fetched."""

    sql: str
    has_answer: bool = False


class Workbench:
    """A DuckDB in memory that spills to disk: holds tables under names and steps of a computation.

    Use it as a context manager; everything it holds goes with it. One thread may use it at a time; others work beside
    it (`features/side_by_side.py`), and that is how several cores are used: a statement takes one.
    """

    def __init__(self, memory_limit_mb: int) -> None:
        spill = tempfile.mkdtemp(prefix="funnelcast-duckdb-")
        # A workbench may live as long as its process; the folder goes with it in any case.
        self._remove_spill = weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        config = {
            "memory_limit": f"{memory_limit_mb}MB", "temp_directory": spill, "preserve_insertion_order": False,
            "threads": 1,
        }  # fmt: skip
        self._begin(duckdb.connect(config=config))

    def _begin(self, connection: Any) -> None:
        self._connection = connection
        self.run("SET TimeZone='UTC'")
        self._numbers = itertools.count()
        self._steps: list[str] = []
        self._noted: list[Statement] | None = None

    def __enter__(self) -> Workbench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop everything."""
        self._connection.close()
        self._remove_spill()

    @contextmanager
    def beside(self) -> Iterator[Workbench]:
        """Another workbench that sees the tables kept here, for another thread; its steps are its own."""
        other = Workbench.__new__(Workbench)
        other._begin(self._connection.cursor())
        try:
            yield other
        finally:
            other._connection.close()

    def run(self, sql: str) -> Any:
        """Run one statement of our own making; returns DuckDB's cursor."""
        return self._connection.execute(sql)

    def hold(self, expression: Table) -> Table:
        """Compute the expression now and keep its rows until `release`."""
        name = f"step_{next(self._numbers)}"
        self._steps.append(name)
        return self._compute(name, expression, "TEMP TABLE")

    def release(self) -> None:
        """Drop the steps held so far."""
        for name in self._steps:
            self.do(Statement(f'DROP TABLE IF EXISTS "{name}"'))
        self._steps.clear()

    def keep(self, name: str, expression: Table) -> Table:
        """Compute the expression now and keep its rows under this name."""
        return self._compute(name, expression, "TABLE")

    def _compute(self, name: str, expression: Table, kind_of_table: str) -> Table:
        # DuckDB sums int64 to a wider type that Ibis does not expect: bring it back to what the expression says.
        kinds = expression.schema()
        columns = ", ".join(
            f"CAST({quoted(column)} AS BIGINT) AS {quoted(column)}" if kind.is_integer() else quoted(column)
            for column, kind in kinds.items()
        )
        rows = f"SELECT {columns} FROM ({compiled(expression)})"
        self.do(Statement(f'CREATE OR REPLACE {kind_of_table} "{name}" AS {rows}'))
        return ibis.table({column: _stored_type(kind) for column, kind in kinds.items()}, name=name)

    def arrow(self, expression: Table) -> pa.Table:
        """Compute the expression now."""
        return self.do(Statement(compiled(expression), has_answer=True)).to_arrow_table()

    def do(self, statement: Statement) -> Any:
        """Run a statement that was made of an expression, and note it where that is asked for."""
        if self._noted is not None:
            self._noted.append(statement)
        return self.run(statement.sql)

    @contextmanager
    def noted(self) -> Iterator[list[Statement]]:
        """The statements made of expressions meanwhile, in order."""
        statements: list[Statement] = []
        self._noted = statements
        try:
            yield statements
        finally:
            self._noted = None

    def count(self, table: Table) -> int:
        """Number of rows."""
        return int(self.arrow(table.aggregate(n=table.count()))["n"][0].as_py())

    def take(self, name: str, rows: pa.Table) -> Table:
        """Keep an Arrow table under this name."""
        with self._registered(rows):
            self.run(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming_rows')
        kinds = ibis.Schema.from_pyarrow(rows.schema)
        return ibis.table({column: _stored_type(kind) for column, kind in kinds.items()}, name=name)

    def merge_parquet(self, files: Sequence[Path], target: Path) -> None:
        """Write the rows of these files to one; a column that a file lacks is null there."""
        listed = [str(file) for file in files]
        source = f"read_parquet({listed!r}, union_by_name=true)"
        self.run(f"COPY (SELECT * FROM {source}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    @contextmanager
    def _registered(self, rows: pa.Table) -> Iterator[None]:
        self._connection.register("incoming_rows", rows)
        try:
            yield
        finally:
            self._connection.unregister("incoming_rows")


class LakeTables(Mapping[str, Table]):
    """Every canonical table by name, with `visible_from` and `visible_until`, read when first asked for.

    An absent table is an empty one with the same columns. What no feature reads is left out (`LONG_TEXTS`, `SPARED`).
    Extra tables can be put in.
    """

    def __init__(
        self, bench: Workbench, folder: Path, manifest: Manifest, extra_columns: Mapping[str, list[str]]
    ) -> None:
        self._bench = bench
        self._folder = folder
        self._manifest = manifest
        self._extra = extra_columns  # table -> attribute columns that must exist even if no file has them
        self._held: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        if name not in self._held:
            if name not in KEYS:
                raise KeyError(name)
            self.read(self._bench, name)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**KEYS, **self._held})

    def __len__(self) -> int:
        return len({**KEYS, **self._held})

    def held(self) -> dict[str, Table]:
        """The tables that are there without being read, by name."""
        return dict(self._held)

    def holds(self, name: str) -> bool:
        """Whether this table is there without being read."""
        return name in self._held

    def adopt(self, name: str, table: Table) -> None:
        """Use this table under this name; it is not copied."""
        self._held[name] = table

    def put(self, name: str, expression: Table) -> None:
        """Compute a table derived from these and keep it under a name of its own."""
        self._held[name] = self._bench.keep(f"lake_{name}", expression)

    def read(self, bench: Workbench, name: str) -> None:
        """Read a table now, on this workbench or one beside it."""
        rows = with_intervals(self._versions(bench, name), KEYS[name].key, KEYS[name].moment)
        self._held[name] = bench.keep(f"lake_{name}", rows.drop(*SPARED.get(name, ())))

    def versions(self, name: str) -> Table:
        """All versions of the rows of a table, straight from its files."""
        return self._versions(self._bench, name)

    def _versions(self, bench: Workbench, name: str) -> Table:
        wanted = {column: kind for column, kind in columns_of(name).items() if column not in LONG_TEXTS}
        wanted |= dict.fromkeys(self._extra.get(name, []), "text")
        files = [str(self._folder / file) for file in self._manifest.files.get(name, [])]
        if not files:
            empty = pa.schema([(column, ARROW_TYPES[kind]) for column, kind in wanted.items()]).empty_table()
            return bench.take(f"files_{name}", empty)
        source = f"read_parquet({files!r}, union_by_name=true)"
        described = bench.run(f"DESCRIBE SELECT * FROM {source}").fetchall()
        present = {row[0] for row in described}
        marked = MARKED.get(name, ())
        columns = ", ".join(
            f"CAST({_read_as(column, column in marked) if column in present else 'NULL'} AS {DUCKDB_TYPES[kind]})"
            f" AS {quoted(column)}"
            for column, kind in wanted.items()
        )
        bench.run(f'CREATE OR REPLACE VIEW "files_{name}" AS SELECT {columns} FROM {source}')
        return ibis.table({column: IBIS_TYPES[kind] for column, kind in wanted.items()}, name=f"files_{name}")


def _read_as(column: str, is_marked: bool) -> str:
    return f"CASE WHEN {quoted(column)} <> '' THEN 'x' END" if is_marked else quoted(column)


def quoted(name: str) -> str:
    """The name as an identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def compiled(expression: Table) -> str:
    """The expression in DuckDB's SQL."""
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))


def _stored_type(kind: Any) -> Any:
    """One type per family, so that tables unite: int64 and microseconds."""
    if kind.is_timestamp():
        return "timestamp(6)"
    return "int64" if kind.is_integer() else kind
