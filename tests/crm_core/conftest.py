"""Databases of both kinds, made for one test and dropped after it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from configs.settings import Settings, load_settings
from crm_core.database import open_database, read_transaction
from crm_core.importer import ImportReport, import_path
from crm_core.mapping import parse_mapping
from tests.crm_core.template_database import POSTGRES_URL, administrator, migrated_copy

NOW = datetime(2025, 1, 1, tzinfo=UTC)
LATER = datetime(2025, 2, 1, tzinfo=UTC)


@contextmanager
def throwaway_database(kind: str, folder: Path) -> Iterator[str]:
    """URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'crm.db'}"
        return
    schema = f"crm_test_{uuid.uuid4().hex[:12]}"
    with administrator() as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{POSTGRES_URL}{'&' if '?' in POSTGRES_URL else '?'}options=-csearch_path%3D{schema}"
        finally:
            admin.execute(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def open_migrated(kind: str, folder: Path) -> Iterator[Engine]:
    """An engine on an empty, migrated database."""
    with migrated_copy(kind, folder) as url:
        engine = open_database(url)
        try:
            yield engine
        finally:
            engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    with throwaway_database(database_kind, tmp_path) as url:
        yield url


@pytest.fixture
def engine(database_kind: str, tmp_path: Path) -> Iterator[Engine]:
    with open_migrated(database_kind, tmp_path) as engine:
        yield engine


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    with open_migrated("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings()


def with_intake(settings: Settings, **values: Any) -> Settings:
    """The settings with other values of the intake section."""
    return settings.model_copy(update={"intake": settings.intake.model_copy(update=values)})


Load = Callable[..., ImportReport]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    return folder


def loader(engine: Engine, bundle: Path, settings: Settings) -> Load:
    """Imports `bundle` into `engine`; keyword files are written first: load(leads="lead_id,...")."""

    def load(
        mapping: dict[str, Any] | None = None, now: datetime = NOW, settings: Settings = settings, **files: str
    ) -> ImportReport:
        for table, content in files.items():
            (bundle / f"{table}.csv").write_text(content, encoding="utf-8")
        parsed = parse_mapping(mapping) if mapping else None
        return import_path(engine, bundle, parsed, settings, now, bundle.parent / "rejects")

    return load


@pytest.fixture
def load(engine: Engine, bundle: Path, settings: Settings) -> Load:
    return loader(engine, bundle, settings)


@pytest.fixture
def load_sqlite(sqlite_engine: Engine, bundle: Path, settings: Settings) -> Load:
    return loader(sqlite_engine, bundle, settings)


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    """Result of a query, as plain tuples."""
    with read_transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All bundle rows, history and attributes, ordered: equal where nothing changed."""
    from crm_core.schema import BUNDLE  # noqa: PLC0415 (only tests that compare need it)

    found = {name: rows(engine, f"SELECT * FROM {name} ORDER BY {spec.key}") for name, spec in BUNDLE.items()}
    found["row_history"] = rows(engine, "SELECT * FROM row_history ORDER BY change_seq")
    found["attribute_definitions"] = rows(engine, "SELECT * FROM attribute_definitions ORDER BY entity, name")
    found["change_counter"] = rows(engine, "SELECT * FROM change_counter")
    return {name: [tuple(map(str, row)) for row in content] for name, content in found.items()}
