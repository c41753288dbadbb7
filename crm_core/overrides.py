"""A person's own number for a lead, with the reason, beside the model's score. Every one is kept; the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select

from crm_core import audit
from crm_core.access.ownership import owned_leads
from crm_core.access.scope import EVERYBODYS, Scope
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import OverrideError, UnknownLeadError
from crm_core.tables import Lead, LeadOverride

MAX_REASON = 500
TABLE = LeadOverride.__table__
COLUMNS = (TABLE.c.lead_id, TABLE.c.win_probability, TABLE.c.reason, TABLE.c.person, TABLE.c.said_at)


@dataclass(frozen=True)
class Override:
    """win_probability: 0 to 1, or None where the person took it back."""

    lead_id: str
    win_probability: float | None
    reason: str
    person: str
    said_at: datetime


def record_override(engine: Engine, override: Override, scope: Scope = EVERYBODYS) -> None:
    """Keep it, and say so in the audit log (the number, not the words), in one transaction.

    Raises
    ------
    OverrideError: no reason or person, or a number that is no probability. UnknownLeadError: the lead is not of the
    scope, or there is none.
    """
    _check(override)
    with write_transaction(engine) as connection:
        owned = owned_leads(scope).where(Lead.lead_id == override.lead_id)
        if connection.execute(owned).first() is None:
            raise UnknownLeadError("The lead must exist and be of the caller's scope, but is not.")
        action = "lead.override" if override.win_probability is not None else "lead.override_taken_back"
        details = {"win_probability": override.win_probability}
        subject = f"lead:{override.lead_id}"
        seq = audit.record(connection, override.person, action, subject, details, override.said_at)
        connection.execute(insert(LeadOverride).values(override_id=seq, **vars(override)))


def current_overrides(engine: Engine, lead_ids: Sequence[str] | None = None) -> dict[str, Override]:
    """The newest of each lead that has one which was not taken back; of these leads (a few hundred), or of all."""
    query = select(*COLUMNS).order_by(TABLE.c.override_id)
    if lead_ids is not None:
        query = query.where(TABLE.c.lead_id.in_(lead_ids))
    with read_transaction(engine) as connection:
        newest = {row.lead_id: Override(*row) for row in connection.execute(query)}
    return {lead_id: one for lead_id, one in newest.items() if one.win_probability is not None}


def override_history(engine: Engine, lead_id: str, until: datetime) -> list[Override]:
    """All of a lead up to a moment, newest first."""
    mine = (TABLE.c.lead_id == lead_id, TABLE.c.said_at <= until)
    query = select(*COLUMNS).where(*mine).order_by(TABLE.c.override_id.desc())
    with read_transaction(engine) as connection:
        return [Override(*row) for row in connection.execute(query)]


def _check(override: Override) -> None:
    value, reason = override.win_probability, override.reason
    if value is not None and not 0 <= value <= 1:
        raise OverrideError(f"An override must be a probability from 0 to 1, but got {value:g}.")
    if not override.person.strip():
        raise OverrideError("An override must name who says so, but names nobody.")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise OverrideError(f"An override must say why in 1 to {MAX_REASON} characters, but got {len(reason.strip())}.")
