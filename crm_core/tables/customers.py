from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, attributes, integer, key, moment, money, text


class Customer(BundleTable):
    """One row per customer as the source system knows it.

    Invariant: the golden record (merged duplicates) is made of these rows and never written into them.
    """

    __tablename__ = "customers"
    event_column = "created_at"
    attribute_entity = "customer"

    customer_id: Mapped[str] = key()
    name: Mapped[str] = text(required=True)
    unified_social_credit_code: Mapped[str | None] = text()
    phone: Mapped[str | None] = text()
    email: Mapped[str | None] = text()
    industry: Mapped[str | None] = text()
    region: Mapped[str | None] = text()
    employee_count: Mapped[int | None] = integer()
    annual_revenue_cents: Mapped[int | None] = money()
    created_at: Mapped[When | None] = moment()
    attributes: Mapped[dict[str, Any]] = attributes()
