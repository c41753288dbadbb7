"""The reps that a caller sees."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select

from crm_core.access.ownership import is_of
from crm_core.access.scope import Scope
from crm_core.database import read_transaction
from crm_core.tables import Rep


@dataclass(frozen=True)
class RepName:
    """A rep as lists show one."""

    rep_id: str
    name: str
    team: str | None


def reps_of(engine: Engine, scope: Scope) -> dict[str, RepName]:
    """Reps of the scope by id, in the order of team and name."""
    query = select(Rep.rep_id, Rep.name, Rep.team).where(is_of(scope, Rep.rep_id)).order_by(Rep.team, Rep.name)
    with read_transaction(engine) as connection:
        return {row.rep_id: RepName(*row) for row in connection.execute(query)}
