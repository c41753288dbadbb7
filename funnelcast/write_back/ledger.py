"""What was written where, and whose own number a person put beside the model's; one SQLite file under the home."""

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
CREATE TABLE IF NOT EXISTS overrides (
  number INTEGER PRIMARY KEY, lead_id TEXT NOT NULL, value REAL, reason TEXT NOT NULL, person TEXT NOT NULL,
  at TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Written:
    """The last score that a sink took for a lead."""

    win_probability: float
    grade: str
    override: float | None


@dataclass(frozen=True)
class Override:
    """A person's own number for a lead, 0 to 1, or None where it was taken back; every one is kept."""

    lead_id: str
    value: float | None
    reason: str
    person: str
    at: str


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

    def note_override(self, override: Override) -> None:
        """Keep it beside those before it."""
        columns = (override.lead_id, override.value, override.reason, override.person, override.at)
        with self._open() as connection:
            connection.execute("INSERT INTO overrides (lead_id, value, reason, person, at) VALUES (?,?,?,?,?)", columns)

    def overrides(self) -> Mapping[str, Override]:
        """The newest of each lead that has one which was not taken back."""
        with self._open() as connection:
            query = "SELECT lead_id, value, reason, person, at FROM overrides ORDER BY number"
            newest = {row[0]: Override(*row) for row in connection.execute(query)}
        return {key: one for key, one in newest.items() if one.value is not None}

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=30)) as connection, connection:
            connection.executescript(_TABLES)
            yield connection
