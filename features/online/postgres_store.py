"""Online store in PostgreSQL: for several serving processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import psycopg
from feast import RepoConfig
from feast.repo_config import FeastConfigBaseModel
from psycopg import sql
from psycopg_pool import ConnectionPool

from features.errors import OnlineStoreError
from features.online.vector_store import StoredVector, VectorOnlineStore

_POOL_SIZE = 8
_PATIENCE_SECONDS = 5
_RECONNECT_SECONDS = 2  # then the next one who asks tries anew: the pool's own pauses double up to minutes
_KEEPALIVE = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3}  # seconds; a dead peer is noticed


class PostgresVectorOnlineStoreConfig(FeastConfigBaseModel):  # type: ignore[misc]
    """Where the database is; the tables live in a schema of their own."""

    type: Literal["features.online.postgres_store.PostgresVectorOnlineStore"] = (
        "features.online.postgres_store.PostgresVectorOnlineStore"
    )
    url: str
    schema_name: str = "funnelcast_online"


class PostgresVectorOnlineStore(VectorOnlineStore):
    """A table per view."""

    def __init__(self) -> None:
        super().__init__()
        self._pool: ConnectionPool[Any] | None = None

    def upsert(self, config: RepoConfig, space: str, vectors: Sequence[StoredVector]) -> None:
        """One transaction, keys in order, so that two writers cannot deadlock; the condition is in the statement."""
        statement = sql.SQL(
            "INSERT INTO {table} AS old (key, event_us, created_us, vector) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (key) DO UPDATE SET event_us = excluded.event_us, created_us = excluded.created_us, "
            "vector = excluded.vector WHERE (excluded.event_us, excluded.created_us) >= (old.event_us, old.created_us)"
        ).format(table=_table(config, space))
        rows = [(one.key, one.event_us, one.created_us, one.blob) for one in sorted(vectors, key=lambda one: one.key)]
        with self._connected(config) as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def fetch(self, config: RepoConfig, space: str, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """One query."""
        query = sql.SQL("SELECT key, event_us, vector FROM {table} WHERE key = ANY(%s)").format(
            table=_table(config, space)
        )
        try:
            with self._connected(config) as connection:
                rows = connection.execute(query, (list(keys),)).fetchall()
        except psycopg.Error as error:
            raise OnlineStoreError(f"The online store must answer, but PostgreSQL does not: {error}.") from None
        return {key: (event_us, bytes(blob)) for key, event_us, blob in rows}

    def forget(self, config: RepoConfig, space: str, before_us: int) -> int:
        """One statement."""
        statement = sql.SQL("DELETE FROM {table} WHERE event_us < %s").format(table=_table(config, space))
        with self._connected(config) as connection:
            return int(connection.execute(statement, (before_us,)).rowcount)

    def remove(self, config: RepoConfig, space: str, keys: Sequence[str]) -> int:
        """One statement; the dead rows go with the next vacuum."""
        statement = sql.SQL("DELETE FROM {table} WHERE key = ANY(%s)").format(table=_table(config, space))
        with self._connected(config) as connection:
            return int(connection.execute(statement, (list(keys),)).rowcount)

    def prepare(self, config: RepoConfig, space: str) -> None:
        """Create schema and table."""
        schema = sql.Identifier(config.online_store.schema_name)
        with self._connected(config) as connection:
            # Two processes that start together must not create the same schema at once.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('funnelcast_online'))")
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {schema}").format(schema=schema))
            connection.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY, event_us BIGINT NOT NULL, "
                    "created_us BIGINT NOT NULL, vector BYTEA NOT NULL)"
                ).format(table=_table(config, space))
            )

    def drop(self, config: RepoConfig, space: str) -> None:
        """Drop the table."""
        with self._connected(config) as connection:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {table}").format(table=_table(config, space)))

    def close(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _connected(self, config: RepoConfig) -> Any:
        if self._pool is None:
            url = config.online_store.url.replace("postgresql+psycopg://", "postgresql://")
            self._pool = ConnectionPool(
                url,
                min_size=1,
                max_size=_POOL_SIZE,
                open=False,
                timeout=_PATIENCE_SECONDS,
                reconnect_timeout=_RECONNECT_SECONDS,
                kwargs={"connect_timeout": _PATIENCE_SECONDS, **_KEEPALIVE},
            )
            try:
                self._pool.open(wait=True, timeout=_PATIENCE_SECONDS)
            except psycopg.Error as error:
                self.close()
                raise OnlineStoreError(f"The online store must be reachable, but PostgreSQL is not: {error}.") from None
        return self._pool.connection()


def _table(config: RepoConfig, space: str) -> sql.Identifier:
    return sql.Identifier(config.online_store.schema_name, space)
