"""Online store in one SQLite file: the embedded default."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from feast import RepoConfig
from feast.repo_config import FeastConfigBaseModel

from features.errors import OnlineStoreError
from features.online.vector_store import StoredVector, VectorOnlineStore

_KEYS_PER_QUERY = 500


class SqliteVectorOnlineStoreConfig(FeastConfigBaseModel):  # type: ignore[misc]
    """Where the file is."""

    type: Literal["features.online.sqlite_store.SqliteVectorOnlineStore"] = (
        "features.online.sqlite_store.SqliteVectorOnlineStore"
    )
    path: str


class SqliteVectorOnlineStore(VectorOnlineStore):
    """A table per view; write-ahead log, so that readers never wait for the writer."""

    def __init__(self) -> None:
        super().__init__()
        self._local = threading.local()

    def upsert(self, config: RepoConfig, space: str, vectors: Sequence[StoredVector]) -> None:
        """One transaction; the condition stands in the statement, so two writers cannot pass each other."""
        rows = [(one.key, one.event_us, one.created_us, one.blob) for one in vectors]
        with self._connection(config) as connection:
            connection.executemany(
                f'INSERT INTO "{space}" AS old (key, event_us, created_us, vector) VALUES (?, ?, ?, ?) '
                "ON CONFLICT (key) DO UPDATE SET event_us = excluded.event_us, created_us = excluded.created_us, "
                "vector = excluded.vector "
                "WHERE (excluded.event_us, excluded.created_us) >= (old.event_us, old.created_us)",
                rows,
            )

    def fetch(self, config: RepoConfig, space: str, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """In queries of a few hundred keys."""
        connection = self._connection(config)
        found: dict[str, tuple[int, bytes]] = {}
        for start in range(0, len(keys), _KEYS_PER_QUERY):
            part = keys[start : start + _KEYS_PER_QUERY]
            marks = ",".join("?" * len(part))
            query = f'SELECT key, event_us, vector FROM "{space}" WHERE key IN ({marks})'
            try:
                rows = connection.execute(query, list(part)).fetchall()
            except sqlite3.Error as error:
                raise OnlineStoreError(f"The online store must answer, but SQLite does not: {error}.") from None
            found |= {key: (event_us, blob) for key, event_us, blob in rows}
        return found

    def forget(self, config: RepoConfig, space: str, before_us: int) -> int:
        """One statement."""
        with self._connection(config) as connection:
            return connection.execute(f'DELETE FROM "{space}" WHERE event_us < ?', (before_us,)).rowcount

    def remove(self, config: RepoConfig, space: str, keys: Sequence[str]) -> int:
        """Delete, then write the file anew: SQLite keeps deleted rows in free pages and in its log."""
        connection = self._connection(config)
        with connection:
            rows = [(key,) for key in keys]
            count = connection.executemany(f'DELETE FROM "{space}" WHERE key = ?', rows).rowcount if rows else 0
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return count

    def prepare(self, config: RepoConfig, space: str) -> None:
        """Create the table."""
        with self._connection(config) as connection:
            connection.execute(
                f'CREATE TABLE IF NOT EXISTS "{space}" (key TEXT PRIMARY KEY, event_us INTEGER NOT NULL, '
                "created_us INTEGER NOT NULL, vector BLOB NOT NULL)"
            )

    def drop(self, config: RepoConfig, space: str) -> None:
        """Drop the table."""
        with self._connection(config) as connection:
            connection.execute(f'DROP TABLE IF EXISTS "{space}"')

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self, config: RepoConfig) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            path = Path(config.online_store.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
        return connection
