from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class Honour(Base):
    """One row per proposal for the wall of honour.

    Invariants: proposed, then decided at most once: `is_approved`, `decided_by` and `decided_at` are all null or all
    set. Neither who is honoured nor who proposed decides.
    """

    __tablename__ = "honours"
    __table_args__ = (
        CheckConstraint("decided_by <> rep_id AND decided_by <> proposed_by", name="ck_honours_not_oneself"),
        CheckConstraint(
            "(is_approved IS NULL) = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="ck_honours_decided",
        ),
    )

    honour_id: Mapped[str] = mapped_column(Text, primary_key=True)
    rep_id: Mapped[str] = mapped_column(Text, index=True)
    title: Mapped[str] = mapped_column(Text)
    story: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    is_approved: Mapped[bool | None] = mapped_column(Boolean)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(Text)
