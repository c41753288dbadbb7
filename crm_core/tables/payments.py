from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, key, moment, money, reference, text


class Payment(BundleTable):
    """One row per payment against an order.

    Invariant: `status` is confirmed or reversed; a reversal is an update of the same payment.
    """

    __tablename__ = "payments"
    event_column = "paid_at"

    payment_id: Mapped[str] = key()
    order_id: Mapped[str] = reference(required=True, index=True)
    amount_cents: Mapped[int] = money(required=True)
    paid_at: Mapped[When] = moment(required=True)
    status: Mapped[str] = text(choices=("confirmed", "reversed"), default="confirmed")
