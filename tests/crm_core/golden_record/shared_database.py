"""One PostgreSQL database for all tests of a folder, emptied after each: making one takes seconds on a busy server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from crm_core.database import write_transaction
from crm_core.tables import Base
from tests.crm_core.conftest import open_migrated

_KEPT = {"change_counter", "feed_counter", "audit_head"}  # one row each, made by the migration


@contextmanager
def empty_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A migrated database without rows; the PostgreSQL one is the fixture `postgres`."""
    if kind == "sqlite":
        with open_migrated(kind, folder) as engine:
            yield engine
        return
    engine = request.getfixturevalue("postgres")
    try:
        yield engine
    finally:
        empty(engine)


def empty(engine: Engine) -> None:
    """Take out all rows, those of append-only tables too."""
    with write_transaction(engine) as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger fires
        names = [name for name in Base.metadata.tables if name not in _KEPT]
        connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in names))
