"""Many new rows at once, past what SQLAlchemy does for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, insert, inspect
from sqlalchemy.exc import DBAPIError

from crm_core.tables.base import Base


def bulk_insert(connection: Connection, table: type[Base], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows as `insert(table)` does, on PostgreSQL by COPY. Each has all columns' values, in the table's order.

    Raises
    ------
    DBAPIError: the database refuses a row or cannot be reached.
    """
    if not rows:
        return
    dialect, columns = connection.dialect, inspect(table).columns
    processes = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    values = [_processed(process, given) for process, given in zip(processes, zip(*rows, strict=True), strict=True)]
    stored = [*zip(*values, strict=True)]
    if dialect.name == "postgresql":
        _copy(connection, table, stored)
    else:
        connection.exec_driver_sql(str(insert(table).compile(dialect=dialect)), stored)


def _processed(process: Any, values: Sequence[Any]) -> Sequence[Any]:
    """A column's values as the driver takes them."""
    if process is None:
        return values
    # A moment is often that of all rows, and takes as long to process as to write.
    return [*map(cache(process) if isinstance(values[0], datetime) else process, values)]


def _copy(connection: Connection, table: type[Base], rows: Sequence[tuple[Any, ...]]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in inspect(table).columns)
    statement = f"COPY {quote(table.__tablename__)} ({names}) FROM STDIN"
    driver: Any = connection.connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:  # past SQLAlchemy, so not yet an error of its kind
        raise DBAPIError(statement, None, error) from error
