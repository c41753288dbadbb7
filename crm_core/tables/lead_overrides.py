from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Float, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class LeadOverride(Base):
    """One row per time that a person put an own number beside the model's score of a lead, or took it back.

    Invariants: written once, never changed; the newest row of a lead counts; `win_probability` is null where it was
    taken back; the model's score stays what it is; `override_id` is the number of its entry in the audit log.
    """

    __tablename__ = "lead_overrides"
    __table_args__ = (Index("ix_lead_overrides_lead_id_said_at", "lead_id", "said_at"),)

    override_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lead_id: Mapped[str] = mapped_column(Text)
    win_probability: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(Moment)
