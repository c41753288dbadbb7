"""Five reps: M manages A, B and C; N manages M; L has left."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.crm_core.conftest import Load

REPS = "rep_id,name,manager_id,active\nA,An,M,\nB,Bo,M,\nC,Cai,M,\nM,Min,N,\nN,Nan,,\nL,Lan,M,false\n"


@pytest.fixture
def staffed(engine: Engine, load: Load) -> Engine:
    load({"source": {"format": "csv"}, "history": True, "tables": {"reps": {"file": "reps.csv"}}}, reps=REPS)
    return engine
