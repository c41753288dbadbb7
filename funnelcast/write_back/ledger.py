"""What was written where; one SQLite file under the home."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from funnelcast.write_back.sink import LeadWrite

_TABLES = """
CREATE TABLE IF NOT EXISTS written (
  sink TEXT NOT NULL, lead_id TEXT NOT NULL, win_probability REAL NOT NULL, grade TEXT NOT NULL, override REAL,
  written_at TEXT NOT NULL, PRIMARY KEY (sink, lead_id));
"""


@dataclass(frozen=True)
class Written:
    """The last score that a sink took for a lead."""

    win_probability: float
    grade: str
    override: float | None


class Ledger:
    """Written after each call of a sink, so that a run that is stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def written(self, sink: str) -> Mapping[str, Written]:
        """By lead_id."""
        with self._open() as connection:
            query = "SELECT lead_id, win_probability, grade, override FROM written WHERE sink = ?"
            return {key: Written(*rest) for key, *rest in connection.execute(query, (sink,))}

    def note_written(self, sink: str, scores: Iterable[LeadWrite], at: datetime) -> None:
        """These were taken."""
        rows = [(sink, one.lead_id, one.win_probability, one.grade, one.override, at.isoformat()) for one in scores]
        with self._open() as connection:
            connection.executemany("INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?, ?)", rows)

    def earlier_overrides(self) -> list[tuple[str, float | None, str, str, str]]:
        """(lead_id, value, reason, person, at) of those kept here before they moved into the CRM's database."""
        with self._open() as connection:
            tables = "SELECT 1 FROM sqlite_master WHERE name = 'overrides'"
            if connection.execute(tables).fetchone() is None:
                return []
            return list(connection.execute("SELECT lead_id, value, reason, person, at FROM overrides ORDER BY number"))

    def forget_earlier_overrides(self) -> None:
        """They stand in the CRM's database now."""
        with self._open() as connection:
            connection.execute("DROP TABLE IF EXISTS overrides")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=30)) as connection, connection:
            connection.executescript(_TABLES)
            yield connection
