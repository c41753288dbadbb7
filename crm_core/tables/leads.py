from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, attributes, integer, key, moment, money, reference, text


class Lead(BundleTable):
    """One row per lead.

    Invariant: says nothing of how the lead ended; that is told by `stage_events` alone.
    """

    __tablename__ = "leads"
    event_column = "created_at"
    attribute_entity = "lead"

    lead_id: Mapped[str] = key()
    created_at: Mapped[When] = moment(required=True, index=True)
    customer_id: Mapped[str | None] = reference(index=True)
    company_name: Mapped[str | None] = text()
    contact_name: Mapped[str | None] = text()
    phone: Mapped[str | None] = text()
    email: Mapped[str | None] = text()
    channel_id: Mapped[str | None] = reference()
    campaign: Mapped[str | None] = text()
    product: Mapped[str | None] = text()
    expected_amount_cents: Mapped[int | None] = money()
    budget_cents: Mapped[int | None] = money()
    employee_count: Mapped[int | None] = integer()
    industry: Mapped[str | None] = text()
    region: Mapped[str | None] = text()
    rep_id: Mapped[str | None] = reference()
    attributes: Mapped[dict[str, Any]] = attributes()
