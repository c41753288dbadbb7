"""The stages of the funnel as rows, for the views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from configs.sections import Funnel
from crm_core.database import read_transaction, write_transaction
from crm_core.tables import FunnelStage


def keep_stages(engine: Engine, funnel: Funnel) -> bool:
    """Bring the table up to the configured funnel; False where it was already so, and nothing was written.

    Raises
    ------
    DatabaseError: the database cannot be written, or is not migrated.
    """
    with read_transaction(engine) as connection:
        if _is_kept(connection, _rows(funnel)):
            return False
    with write_transaction(engine) as connection:
        return put_stages(connection, funnel)


def put_stages(connection: Connection, funnel: Funnel) -> bool:
    """The same within a write transaction of the caller's."""
    wanted = _rows(funnel)
    if _is_kept(connection, wanted):
        return False
    connection.execute(delete(FunnelStage))
    connection.execute(insert(FunnelStage), wanted)
    return True


def _rows(funnel: Funnel) -> list[dict[str, Any]]:
    return [
        {"name": stage.name, "place": place, "en": stage.en, "zh": stage.zh, "outcome": stage.outcome}
        for place, stage in enumerate(funnel.stages)
    ]


def _is_kept(connection: Connection, wanted: list[dict[str, Any]]) -> bool:
    rows = connection.execute(select(FunnelStage.__table__).order_by(FunnelStage.place)).mappings()
    return [dict(row) for row in rows] == wanted
