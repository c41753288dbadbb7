"""Rows that arrive one by one, by the API: the same rules as an import, each row on its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Engine

from configs.settings import Settings
from crm_core.change_counter import lock_counter, save_counter
from crm_core.database import write_transaction
from crm_core.intake.attribute_book import AttributeBook
from crm_core.intake.chunk import Chunk
from crm_core.intake.convert import Check, Converter, clean_chunk, to_batch
from crm_core.intake.moments import parse_moments
from crm_core.intake.plan import Plan, constants_of, reading_of
from crm_core.intake.stamp import stored_moment
from crm_core.intake.upsert import COUNTS, Upserter
from crm_core.mapping import DEFAULT_NULLS
from crm_core.privacy.gate import ErasedGate
from crm_core.schema import TableSpec, table_spec


@dataclass(frozen=True)
class RowFault:
    """One broken rule of one row; `index` counts from 0 in the order given."""

    index: int
    column: str | None
    rule: str
    value: str | None


def upsert_rows(
    engine: Engine, table: str, rows: Sequence[Mapping[str, Any]], settings: Settings, now: datetime
) -> tuple[dict[str, int], list[RowFault]]:
    """Write rows of a bundle table, learnt now; a row is written whole, or not at all where it breaks a rule.

    The rules are those of an import and one more: a moment lies at most `exchange.max_ahead_minutes` ahead. An import
    may be a replay `--as-of` an earlier day: it takes later rows, tells how many, and shows them in their time.

    Parameters
    ----------
    rows: values by the bundle's column names; leads and customers may have `attributes` {name: value}, and further keys
        are attributes too. A row replaces the stored one whole: what it leaves out becomes null.

    Returns
    -------
    Counts (read, inserted, updated, unchanged, rejected) and the faults of the rejected rows.

    Raises
    ------
    UnknownTableError: no such table.
    DatabaseError: the database cannot be written; nothing is stored.
    """
    with write_transaction(engine) as connection:
        return upsert_rows_within(connection, table, rows, settings, now)


def upsert_rows_within(
    connection: Connection, table: str, rows: Sequence[Mapping[str, Any]], settings: Settings, now: datetime
) -> tuple[dict[str, int], list[RowFault]]:
    """As `upsert_rows`, within a write transaction of the caller's, who commits."""
    spec = table_spec(table)
    found = [_RowWords(spec, index, row) for index, row in enumerate(rows)]
    faults = [fault for row in found for fault in row.faults]
    good = [row for row in found if not row.faults]
    counts = dict.fromkeys(COUNTS, 0) | {"read": len(rows)}
    if good:
        first, admit = lock_counter(connection) + 1, ErasedGate(connection, settings).admit
        upserter = Upserter(connection, first, is_history=False, now=stored_moment(now), admit=admit)
        book = AttributeBook(connection, settings.intake.max_category_values)
        faults += _write(spec, good, upserter, book, settings, now)
        book.save()
        save_counter(connection, upserter.last_seq)
        counts |= {name: upserter.counts[table][name] for name in ("inserted", "updated", "unchanged")}
    counts["rejected"] = len({fault.index for fault in faults})
    return counts, sorted(faults, key=lambda fault: fault.index)


def _write(
    spec: TableSpec,
    rows: Sequence[_RowWords],
    upserter: Upserter,
    book: AttributeBook,
    settings: Settings,
    now: datetime,
) -> list[RowFault]:
    names = list(dict.fromkeys(name for row in rows for name in row.words))
    columns = {name: pa.array([row.words.get(name) for row in rows], pa.string()) for name in names}
    chunk = Chunk(columns, [row.index for row in rows])
    plan = _plan(spec, names, settings)
    clean = clean_chunk(chunk, plan.nulls)
    if spec.entity:
        unknown = {name: clean[name] for name in plan.attributes}
        book.inspect(spec.entity, unknown, plan.reading, is_typed=False)
    converted = Converter(plan, lambda clean: _ahead(plan, clean, settings, now)).convert(chunk, clean)
    if len(converted.kept):
        upserter.write(to_batch(plan, converted, book))
    return [RowFault(fault.line, _shown(fault.column or ""), fault.rule, fault.value) for fault in converted.faults]


def _ahead(plan: Plan, clean: Mapping[str, pa.Array], settings: Settings, now: datetime) -> list[Check]:
    """Rows whose own moment is yet to come; a date, such as the day an invoice is due, may be."""
    column, minutes = plan.spec.event_column, settings.exchange.max_ahead_minutes
    if column is None or plan.spec.kinds[column] != "moment" or _marked(column) not in clean:
        return []
    latest = np.datetime64(stored_moment(now + timedelta(minutes=minutes)), "us")
    is_ahead = parse_moments(clean[_marked(column)], plan.reading.zone).utc > latest
    rule = f"{column} must be at most {minutes} minutes after now, {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return [(is_ahead, _marked(column), rule)]


def _plan(spec: TableSpec, names: Sequence[str], settings: Settings) -> Plan:
    reading = reading_of(settings, None)
    return Plan(
        spec=spec,
        bindings={name: _marked(name) for name in spec.importable if _marked(name) in names},
        constants=constants_of(spec, None, reading),
        formats={},
        values={},
        nulls=DEFAULT_NULLS,
        attributes=tuple(name for name in names if not name.startswith(_MARK)),
        accepted=frozenset(),
        outcome=None,
        stages=None,
        ignored=(),
        reading=reading,
    )


class _RowWords:
    """A row as the words an export would hold; bundle columns are marked, since an attribute may bear the same name."""

    def __init__(self, spec: TableSpec, index: int, row: Mapping[str, Any]) -> None:
        self.index = index
        self.words: dict[str, str | None] = {}
        self.faults: list[RowFault] = []
        for name, value in row.items():
            if name == "attributes" and spec.entity:
                self._attributes(value)
            elif name == "recorded_at":
                self._refuse(name, "recorded_at is set by the system", value)
            elif name not in spec.importable and spec.entity is None:
                self._refuse(name, f"a row of {spec.name} must have columns among {', '.join(spec.importable)}", name)
            else:
                self._take(_marked(name) if name in spec.importable else name, value)

    def _attributes(self, value: Any) -> None:
        if not isinstance(value, dict):
            self._refuse("attributes", "attributes must be an object of names and values", value)
            return
        for name, content in value.items():
            self._take(str(name), content)

    def _take(self, name: str, value: Any) -> None:
        word = as_word(value)
        try:
            f"{name}{word}".encode()
        except UnicodeEncodeError:
            self._refuse(_shown(name).encode("utf-8", "replace").decode(), "text must be valid Unicode", repr(value))
            return
        # PostgreSQL's text holds no NUL, neither in a value nor in an attribute's name.
        self.words[name.replace("\0", "")] = word.replace("\0", "") if word else word

    def _refuse(self, column: str, rule: str, value: Any) -> None:
        self.faults.append(RowFault(self.index, column, rule, str(value)))


_MARK = "\x1f"


def _marked(column: str) -> str:
    return f"{_MARK}{column}"


def _shown(column: str) -> str:
    return column.removeprefix(_MARK)


def as_word(value: Any) -> str | None:
    """A JSON value as the word that an export would hold.

    >>> as_word(5.0), as_word(True), as_word([1])
    ('5', 'true', '[1]')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)
