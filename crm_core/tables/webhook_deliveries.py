from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class WebhookDelivery(Base):
    """One row per message to a subscriber: the changes from `first_seq` to `last_seq` of the kinds subscribed to.

    Invariants: exactly one of `next_attempt_at`, `delivered_at` and `dead_at` is set; while an attempt is under way
    `next_attempt_at` is when it counts as lost. The id and the changes stay the same over all attempts.
    """

    __tablename__ = "webhook_deliveries"

    delivery_id: Mapped[str] = mapped_column(Text, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(Text, index=True)
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    count_changes: Mapped[int] = mapped_column(Integer)
    count_attempts: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    dead_at: Mapped[datetime | None] = mapped_column(Moment)
    last_fault: Mapped[str | None] = mapped_column(Text)
