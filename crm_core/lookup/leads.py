"""Single leads, as far as a caller's scope goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from crm_core.access.ownership import is_of
from crm_core.access.scope import Scope
from crm_core.database import read_transaction
from crm_core.tables import Lead

_CHUNK = 500


def find_lead(engine: Engine, lead_id: str, scope: Scope, as_of: datetime) -> Mapping[str, Any] | None:
    """The newest row of a lead created by as_of; None where there is none, or another's."""
    mine = (Lead.lead_id == lead_id, Lead.created_at <= as_of, is_of(scope, Lead.rep_id))
    with read_transaction(engine) as connection:
        row = connection.execute(select(Lead.__table__).where(*mine)).mappings().first()
    return dict(row) if row else None


def own_leads(engine: Engine, lead_ids: Sequence[str], scope: Scope) -> frozenset[str]:
    """Those of these leads that are of the scope, by the newest rows."""
    if scope.is_everybody:
        return frozenset(lead_ids)
    found: set[str] = set()
    with read_transaction(engine) as connection:
        for start in range(0, len(lead_ids), _CHUNK):
            these = Lead.lead_id.in_(lead_ids[start : start + _CHUNK])
            found.update(connection.execute(select(Lead.lead_id).where(these, is_of(scope, Lead.rep_id))).scalars())
    return frozenset(found)
