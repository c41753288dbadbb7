"""Five reps: M manages A, B and C; N manages M; L has left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.crm_core.conftest import Load, open_migrated
from tests.crm_core.golden_record.shared_database import empty_database

REPS = "rep_id,name,manager_id,active\nA,An,M,\nB,Bo,M,\nC,Cai,M,\nM,Min,N,\nN,Nan,,\nL,Lan,M,false\n"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_migrated("postgresql", tmp_path_factory.getbasetemp()) as engine:
        yield engine


@pytest.fixture
def engine(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    with empty_database(database_kind, tmp_path, request) as engine:
        yield engine


@pytest.fixture
def staffed(engine: Engine, load: Load) -> Engine:
    load({"source": {"format": "csv"}, "history": True, "tables": {"reps": {"file": "reps.csv"}}}, reps=REPS)
    return engine
