from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class Mentorship(Base):
    """One row per statement that a rep has a mentor from a day on, up to and including `to_on` where given.

    Invariants: rows are only added (triggers refuse the rest). On a day the statement with the latest `from_on` up to
    it counts, of several with the same `from_on` the last recorded; it is over after `to_on`.
    """

    __tablename__ = "mentorships"

    rep_id: Mapped[str] = mapped_column(Text, primary_key=True)
    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    mentor_id: Mapped[str] = mapped_column(Text)
    to_on: Mapped[date | None] = mapped_column(Date)
