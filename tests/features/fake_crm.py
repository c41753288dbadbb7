"""A CRM in memory: lists of row versions behind the functions of crm_core.queries that features use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from configs.paths import Paths
from configs.settings import Settings, load_settings
from crm_core import queries
from features.lake_schema import ARROW_TYPES, SYSTEM_COLUMNS


@dataclass(frozen=True)
class Definition:
    entity: str
    name: str
    slug: str
    kind: str
    is_accepted: bool = False


@dataclass
class Merge:
    """A decision that two customers are one firm, in force until it is undone."""

    from_id: str
    into_id: str
    decided_at: datetime
    undone_at: datetime | None = None


@dataclass
class FakeCrm:
    """`versions`: table -> row versions as dicts with recorded_at, change_seq, is_backfilled; moments naive UTC.

    `merges`: what was decided, in order, for whoever replays it; `stand` writes the aliases that follow.
    """

    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    seq: int = 0
    reads: int = 0

    def add(self, table: str, recorded_at: datetime, is_backfilled: bool = False, **row: Any) -> dict[str, Any]:
        self.seq += 1
        version = {**row, "recorded_at": recorded_at, "change_seq": self.seq, "is_backfilled": is_backfilled}
        self.versions.setdefault(table, []).append(version)
        return version

    def stand(self, decided_at: datetime, golden: dict[str, str]) -> None:
        """Write aliases so that from now on exactly these customers (id -> golden id) stand under another's id."""
        stored = {row["customer_id"]: row["golden_id"] for row in self.versions.get("customer_aliases", [])}
        for one in sorted({*stored, *golden}):
            if stored.get(one, one) != golden.get(one, one):
                self.add("customer_aliases", decided_at, customer_id=one, golden_id=golden.get(one, one))

    def read_versions(self, _: Any, table: str, after: int, up_to: int, chunk_rows: int) -> Iterator[pa.Table]:
        self.reads += 1
        rows = [row for row in self.versions.get(table, []) if after < row["change_seq"] <= up_to]
        for start in range(0, len(rows), chunk_rows):
            yield self._table(table, rows[start : start + chunk_rows])

    def _table(self, table: str, rows: list[dict[str, Any]]) -> pa.Table:
        kinds = {**queries.TABLE_COLUMNS[table], **SYSTEM_COLUMNS}
        columns = {}
        for name, kind in kinds.items():
            values = [row.get(name) for row in rows]
            if name == "attributes":
                values = [json.dumps(value or {}, ensure_ascii=False, default=str) for value in values]
            columns[name] = pa.array(values, ARROW_TYPES[kind])
        return pa.table(columns)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queries, "read_versions", self.read_versions)
        monkeypatch.setattr(queries, "last_change_seq", lambda _: self.seq)
        monkeypatch.setattr(queries, "attribute_definitions", lambda _: self.definitions)
        channels = {row["channel_id"]: row["name"] for row in self.versions.get("channels", [])}
        monkeypatch.setattr(queries, "channel_names", lambda _: channels)
        monkeypatch.setattr(queries, "open_database", lambda _: None)


def settings_at(home: Path, **overrides: dict[str, Any]) -> Settings:
    """The project's settings with their state under `home`; overrides per section."""
    base = load_settings()
    sections = {name: getattr(base, name).model_copy(update=update) for name, update in overrides.items()}
    settings = base.model_copy(update={"home": home, **sections})
    assert settings.paths == Paths.under(home)
    return settings
