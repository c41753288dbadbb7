"""A migrated database of each kind, made once per process and copied for each test: migrating costs ten times more."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from crm_core.database import migrate

POSTGRES_URL = os.environ.get("FUNNELCAST_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def administrator() -> psycopg.Connection:
    """A connection that makes and drops databases; skips where no server answers."""
    try:
        return psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL is not reachable at FUNNELCAST_TEST_POSTGRES_URL: {error}")


@contextmanager
def migrated_copy(kind: str, folder: Path) -> Iterator[str]:
    """URL of a migrated database without rows, dropped afterwards."""
    if kind == "sqlite":
        file = folder / "crm.db"
        shutil.copyfile(_sqlite_template(), file)
        yield f"sqlite:///{file}"
        return
    template, name = _postgres_template(), _new_name()
    with administrator() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield _url_of(name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="funnelcast-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'crm.db'}")  # closing the last connection folds the write-ahead log into the file
    return folder / "crm.db"


@cache
def _postgres_template() -> str:
    name = _new_name()
    with administrator() as admin:
        admin.execute(f"CREATE DATABASE {name}")
    atexit.register(_drop, name)
    migrate(_url_of(name))
    return name


def _drop(name: str) -> None:
    with administrator() as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _new_name() -> str:
    return f"crm_test_{uuid.uuid4().hex[:12]}"


def _url_of(name: str) -> str:
    return make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
