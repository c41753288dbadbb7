from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, key, moment, money, real, reference, text


class Order(BundleTable):
    """One row per order.

    Invariant: `amount_cents` is the contract amount, before payments;
    a cancelled order is a row with a negative amount.
    """

    __tablename__ = "orders"
    event_column = "ordered_at"
    row_parts = ("customer_id", "ordered_at", "amount_cents")

    order_id: Mapped[str] = key()
    customer_id: Mapped[str] = reference(required=True, index=True)
    ordered_at: Mapped[When] = moment(required=True)
    amount_cents: Mapped[int] = money(required=True)
    lead_id: Mapped[str | None] = reference()
    rep_id: Mapped[str | None] = reference()
    category: Mapped[str | None] = text()
    discount_rate: Mapped[float | None] = real()
    quantity: Mapped[float | None] = real()
