"""A migrated database of each kind, made once per process and copied for each test: migrating costs ten times more."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from crm_core.database import migrate
from crm_core.tables import Base

POSTGRES_URL = os.environ.get("FUNNELCAST_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def administrator() -> psycopg.Connection:
    """A connection that makes and drops databases; skips where no server answers."""
    try:
        return psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL is not reachable at FUNNELCAST_TEST_POSTGRES_URL: {error}")


@contextmanager
def migrated_copy(kind: str, folder: Path) -> Iterator[str]:
    """URL of a migrated database without rows. One of PostgreSQL is emptied afterwards and used again."""
    if kind == "sqlite":
        file = folder / "crm.db"
        shutil.copyfile(_sqlite_template(), file)
        yield f"sqlite:///{file}"
        return
    with administrator():  # skips where no server answers
        template = _postgres_template()
    name = _IDLE.pop() if _IDLE else template.copied()
    try:
        yield _url_of(name)
    finally:
        if template.emptied(name):
            _IDLE.append(name)
        else:
            _drop(name)


_IDLE: list[str] = []  # databases that are as new


@dataclass(frozen=True)
class _Template:
    """A migrated PostgreSQL database. `first_rows`: what migrations put into tables; `objects`: tables and triggers."""

    name: str
    first_rows: dict[str, list[tuple[Any, ...]]]
    objects: list[Any]

    def copied(self) -> str:
        """A new database like it."""
        name = _new_name()
        with administrator() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        atexit.register(_drop, name)
        return name

    def emptied(self, name: str) -> bool:
        """Bring a copy back to how it was; False where a test changed more than rows, or still holds some."""
        try:
            with psycopg.connect(_plain_url_of(name), connect_timeout=3) as connection:
                connection.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL session_replication_role = replica")
                for table in Base.metadata.tables:  # no trigger fires, so those of append-only tables too
                    connection.execute(f"DELETE FROM {table}")
                for table, rows in self.first_rows.items():
                    marks = ", ".join(["%s"] * len(rows[0]))
                    connection.cursor().executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
                return _objects(connection) == self.objects
        except psycopg.Error:
            return False


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="funnelcast-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'crm.db'}")  # closing the last connection folds the write-ahead log into the file
    return folder / "crm.db"


@cache
def _postgres_template() -> _Template:
    name = _new_name()
    with administrator() as admin:
        admin.execute(f"CREATE DATABASE {name}")
    atexit.register(_drop, name)
    migrate(_url_of(name))
    with psycopg.connect(_plain_url_of(name)) as connection:
        rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in Base.metadata.tables}
        return _Template(name, {table: found for table, found in rows.items() if found}, _objects(connection))


def _objects(connection: psycopg.Connection) -> list[Any]:
    """Tables and triggers, by name."""
    return connection.execute(
        "SELECT relname::text, '' FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "UNION ALL SELECT tgname::text, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    ).fetchall()


def _drop(name: str) -> None:
    with administrator() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _new_name() -> str:
    return f"crm_test_{uuid.uuid4().hex[:12]}"


def _url_of(name: str) -> str:
    return make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)


def _plain_url_of(name: str) -> str:
    return _url_of(name).replace("+psycopg", "")
