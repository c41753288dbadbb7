"""Leads that somebody may call: stored and not closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, exists, select

from crm_core.access.ownership import is_of
from crm_core.access.scope import EVERYBODYS, Scope
from crm_core.database import read_transaction
from crm_core.tables import Lead, StageEvent


@dataclass(frozen=True)
class OpenLead:
    """What a list of leads shows of one."""

    lead_id: str
    company_name: str | None
    product: str | None
    rep_id: str | None


def open_leads(
    engine: Engine,
    closing_stages: Sequence[str],
    as_of: datetime,
    rep_id: str | None,
    scope: Scope = EVERYBODYS,
) -> list[OpenLead]:
    """Leads of the scope created by as_of without a closing stage by then, of one rep or of all; by lead_id."""
    closed = exists().where(
        StageEvent.lead_id == Lead.lead_id, StageEvent.stage.in_(closing_stages), StageEvent.entered_at <= as_of
    )
    query = select(Lead.lead_id, Lead.company_name, Lead.product, Lead.rep_id).where(Lead.created_at <= as_of, ~closed)
    query = query.where(is_of(scope, Lead.rep_id))
    if rep_id is not None:
        query = query.where(Lead.rep_id == rep_id)
    with read_transaction(engine) as connection:
        return [OpenLead(*row) for row in connection.execute(query.order_by(Lead.lead_id))]
