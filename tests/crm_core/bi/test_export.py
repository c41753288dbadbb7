from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Date, DateTime, Engine, inspect

from configs.settings import Settings
from crm_core.bi.export import export_views
from crm_core.bi.stages import keep_stages
from crm_core.bi.views import GRAIN
from crm_core.errors import BiError
from crm_core.events import upsert_rows
from tests.crm_core.conftest import NOW, open_migrated

LEAD = {"lead_id": "L1", "created_at": "2024-12-01T00:00:00+08:00", "phone": "13800138000", "expected_amount": "12.50"}


def read(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def test_the_file_holds_the_views_and_nothing_else(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    keep_stages(engine, settings.funnel)
    upsert_rows(engine, "leads", [LEAD], settings, NOW)
    file = tmp_path / "new" / "bi.db"
    file.parent.mkdir()
    file.write_bytes(b"yesterday's")
    counts = export_views(engine, file)
    assert counts["bi_leads"] == 1
    assert {name for (name,) in read(file, "SELECT name FROM sqlite_master")} == set(GRAIN)
    sql = "SELECT lead_id, created_at, expected_amount, stage FROM bi_leads"
    assert read(file, sql) == [("L1", "2024-11-30 16:00:00.000000", 12.5, "captured")]
    assert b"13800138000" not in file.read_bytes()
    assert [path.name for path in file.parent.iterdir()] == ["bi.db"]


def test_moments_and_days_are_declared_where_postgresql_has_them(tmp_path: Path) -> None:
    file, kinds = tmp_path / "bi.db", {DateTime: "TIMESTAMP", Date: "DATE"}
    with open_migrated("postgresql", tmp_path) as engine:
        export_views(engine, file)
        seen = inspect(engine)
        typed = {
            (view, column["name"], next((kinds[kind] for kind in kinds if isinstance(column["type"], kind)), ""))
            for view in GRAIN
            for column in seen.get_columns(view)
        }
    declared = {(view, row[1], row[2]) for view in GRAIN for row in read(file, f"PRAGMA table_info({view})")}
    assert declared == typed


def test_a_place_that_cannot_be_written_is_told(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BiError, match="must be writable"):
        export_views(engine, tmp_path / "file" / "bi.db")
