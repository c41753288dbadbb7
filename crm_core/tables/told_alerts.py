from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class ToldAlert(Base):
    """One row per destination and finding that was told there, or could not be.

    Invariant: `told_at` is set once and never taken back; while it is not, `last_fault` says why.
    """

    __tablename__ = "told_alerts"

    destination: Mapped[str] = mapped_column(Text, primary_key=True)
    finding_id: Mapped[str] = mapped_column(Text, primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(Moment)
    count_attempts: Mapped[int] = mapped_column(Integer)
    tried_at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    last_fault: Mapped[str | None] = mapped_column(Text)
