from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import Day, day, key, money, reference


class Receivable(BundleTable):
    """One row per invoice that finance waits for.

    Invariant: unpaid while `paid_on` is null; overdue when `due_on` has passed unpaid.
    """

    __tablename__ = "receivables"
    event_column = "due_on"

    invoice_id: Mapped[str] = key()
    customer_id: Mapped[str] = reference(required=True, index=True)
    amount_cents: Mapped[int] = money(required=True)
    due_on: Mapped[Day] = day(required=True)
    paid_on: Mapped[Day | None] = day()
    order_id: Mapped[str | None] = reference()
