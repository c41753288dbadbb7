"""The stages of the funnel as rows, for the views."""

from __future__ import annotations

from sqlalchemy import Engine, delete, insert, select

from configs.sections import Funnel
from crm_core.database import read_transaction, write_transaction
from crm_core.tables import FunnelStage


def keep_stages(engine: Engine, funnel: Funnel) -> bool:
    """Bring the table up to the configured funnel; False where it was already so, and nothing was written.

    Raises
    ------
    DatabaseError: the database cannot be written, or is not migrated.
    """
    wanted = [
        {"name": stage.name, "place": place, "en": stage.en, "zh": stage.zh, "outcome": stage.outcome}
        for place, stage in enumerate(funnel.stages)
    ]
    table = FunnelStage.__table__
    with read_transaction(engine) as connection:
        rows = connection.execute(select(table).order_by(table.c.place)).mappings()
        if [dict(row) for row in rows] == wanted:
            return False
    with write_transaction(engine) as connection:
        connection.execute(delete(FunnelStage))
        connection.execute(insert(FunnelStage), wanted)
    return True
