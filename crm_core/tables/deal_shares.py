from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class DealShare(Base):
    """One row per order, statement and rep: the rep's share of a shared deal, in basis points (10,000 is all).

    Invariants: rows are only added (triggers refuse the rest); those of one order and `recorded_at` are one statement
    and add up to 10,000; an order's last statement holds.
    """

    __tablename__ = "deal_shares"

    order_id: Mapped[str] = mapped_column(Text, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    rep_id: Mapped[str] = mapped_column(Text, primary_key=True)
    share_bp: Mapped[int] = mapped_column(Integer)
