from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class Webhook(Base):
    """One row per subscription of another system to changes.

    Invariants: `cursor_seq` never goes back; every change up to it whose kind is in `kinds` is in a delivery.
    `secret` is kept in clear, because it signs.
    """

    __tablename__ = "webhooks"

    webhook_id: Mapped[str] = mapped_column(Text, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(Text)
    cursor_seq: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Moment)
