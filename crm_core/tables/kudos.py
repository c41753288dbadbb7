from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class Kudos(Base):
    """One row per rep that praised, rep praised, and month (YYYY-MM in the configured zone).

    Invariants: nobody praises oneself; a row is never changed. The points of the medal are in `point_entries`.
    """

    __tablename__ = "kudos"
    __table_args__ = (CheckConstraint("from_rep_id <> to_rep_id", name="ck_kudos_not_oneself"),)

    from_rep_id: Mapped[str] = mapped_column(Text, primary_key=True)
    to_rep_id: Mapped[str] = mapped_column(Text, primary_key=True, index=True)
    month: Mapped[str] = mapped_column(Text, primary_key=True)
    medal: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(Moment)
