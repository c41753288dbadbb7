from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class PointEntry(Base):
    """One row per gain or spending of a rep's points, numbered from 1 in the order of booking.

    Invariants: append-only, the database refuses UPDATE and DELETE; `balance_after` is the sum of the rep's entries up
    to this one and never negative; nor is, at any moment, the sum of the entries that occurred until then. What gave
    or took the points (`kind`, `source`) did so once. `rule_version` names the prices that were in force.
    """

    __tablename__ = "point_entries"
    __table_args__ = (
        UniqueConstraint("rep_id", "kind", "source"),
        CheckConstraint("points <> 0", name="ck_point_entries_points"),
        CheckConstraint("balance_after >= 0", name="ck_point_entries_balance_after"),
    )

    rep_id: Mapped[str] = mapped_column(Text, primary_key=True)
    entry_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    occurred_at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    rule_version: Mapped[str] = mapped_column(Text)
