"""The views as a SQLite file of their own: for BI tools beside an embedded state, whose file holds everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from crm_core.bi.views import view_columns
from crm_core.database import read_transaction
from crm_core.errors import BiError

_CHUNK = 10_000
_SINCE = frozenset({"since", "until", "tier_since"})  # moments of another name than `..._at`


def export_views(engine: Engine, file: Path) -> dict[str, int]:
    """Write each view as a table of the same name, from one state of the database; returns rows by view.

    The file is there whole or not at all; one that was there is replaced.

    Raises
    ------
    BiError: the place cannot be written to. DatabaseError: the database cannot be read.
    """
    draft = file.with_name(f".{file.name}.part")
    columns = view_columns(engine)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)  # of a run that was killed
        counts = _written(engine, columns, draft)
        draft.replace(file)
    except (OSError, sqlite3.OperationalError) as error:
        raise BiError(f"{file} must be writable, but is not: {error}.") from error
    return counts


def _written(engine: Engine, columns: dict[str, list[str]], draft: Path) -> dict[str, int]:
    counts = {}
    with read_transaction(engine) as connection:
        target = sqlite3.connect(draft, isolation_level=None)
        try:
            target.execute("PRAGMA journal_mode=OFF")
            target.execute("BEGIN")
            for view, names in columns.items():
                target.execute(f"CREATE TABLE {view} ({', '.join(map(_declared, names))})")
                result = connection.execute(text(f"SELECT * FROM {view}"))
                counts[view] = _copied(target, view, names, result.partitions(_CHUNK))
            target.execute("COMMIT")
        finally:
            target.close()
    return counts


def _declared(name: str) -> str:
    """A column with its type where that is a moment or a day, which BI tools do not tell from other text."""
    if name.endswith("_at") or name in _SINCE:
        return f"{name} TIMESTAMP"
    return f"{name} DATE" if name.endswith("_on") else name


def _copied(target: sqlite3.Connection, view: str, names: list[str], parts: Any) -> int:
    marks, count = ", ".join("?" * len(names)), 0
    for part in parts:
        target.executemany(f"INSERT INTO {view} VALUES ({marks})", (_plain(row) for row in part))
        count += len(part)
    return count


def _plain(row: Sequence[Any]) -> list[Any]:
    """Values that SQLite stores: moments as text in UTC, as our own tables have them there."""
    return [_plain_value(value) for value in row]


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
