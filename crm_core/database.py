"""Opening, migrating and using the CRM database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from crm_core.errors import DatabaseError

_BUSY_TIMEOUT_MS = 60_000  # an import of a million rows holds SQLite's write lock for most of a minute
_MIGRATION_LOCK = 7_203_841_001  # any number that is ours: PostgreSQL's advisory lock while migrating


def open_database(url: str) -> Engine:
    """Engine for a SQLAlchemy URL; a SQLite file's folder is made, for its owner alone. Nothing is migrated.

    Raises
    ------
    DatabaseError: the URL is malformed or names another database system.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise DatabaseError(
                f"stores.database_url must be of sqlite or postgresql, but got {parsed.get_backend_name()}."
            )
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return _open_sqlite(parsed.database, parsed)
        options = f"{parsed.query.get('options', '')} -c timezone=UTC".strip()
        return create_engine(parsed.update_query_dict({"options": options}), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        raise DatabaseError(
            "stores.database_url must be a SQLAlchemy URL such as sqlite:///crm.db, but it is malformed."
        ) from None


def _open_sqlite(file: str | None, url: Any) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to lock; see _begin_sqlite
    for pragma in (f"busy_timeout={_BUSY_TIMEOUT_MS}", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """Two that open a new file at once may both want to switch it; SQLite then refuses one without waiting."""
    give_up_at = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """A writer locks at once: a reader that turns writer half-way fails when another wrote in between."""
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is committed whole at the end, or not at all.

    Raises
    ------
    DatabaseError: the database cannot be reached or locked.
    """
    with translated_errors(), engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database until it is closed.

    Raises
    ------
    DatabaseError: the database cannot be reached.
    """
    with translated_errors(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901 (same connection)
        with connection.begin():
            yield connection


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """A unit of work: committed at the end, rolled back if anything is raised."""
    with (
        write_transaction(engine) as connection,
        Session(bind=connection) as session,
    ):
        yield session
        session.flush()


@contextmanager
def translated_errors() -> Iterator[None]:
    """The driver's errors as one sentence."""
    try:
        yield
    except DBAPIError as error:
        cause = " ".join(str(error.orig).split())
        if "no such table" in cause or "does not exist" in cause:
            raise DatabaseError(f"The database must be migrated first (funnelcast init), but {cause}.") from error
        raise DatabaseError(f"The database must be reachable and free to work with, but {cause}.") from error


def schema_revision(url: str) -> str | None:
    """Alembic's revision of the database's schema; None where nothing was migrated yet. Creates nothing.

    Raises
    ------
    DatabaseError: the database cannot be reached.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return None
    engine = open_database(url)
    with translated_errors(), engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return revision


def migrate(engine_or_url: Engine | str) -> None:
    """Bring the schema up to this version of the program; safe to repeat and to run from two processes at once.

    Raises
    ------
    DatabaseError: the database cannot be reached.
    """
    engine = open_database(engine_or_url) if isinstance(engine_or_url, str) else engine_or_url
    with write_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "head")
    if isinstance(engine_or_url, str):
        engine.dispose()
