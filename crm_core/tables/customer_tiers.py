from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Float, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CustomerTier(Base):
    """One row per customer and moment at which the tier moved: the customer has `tier` from `since` to the next row.

    Invariants: a run adds a row only where the tier differs from the one in force at that moment, and a run of the same
    moment puts its own rows right; rows of other moments are never touched. The figures are those that gave the tier:
    recency and ratio are null where the customer never bought or the mean is not positive. `rule_version` names
    the thresholds. A merged customer stands under the id of its golden record.
    """

    __tablename__ = "customer_tiers"

    customer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    tier: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[str] = mapped_column(Text)
    recency_days: Mapped[float | None] = mapped_column(Float)
    frequency: Mapped[int] = mapped_column(BigInteger)
    monetary_cents: Mapped[int] = mapped_column(BigInteger)
    mean_monetary_cents: Mapped[float | None] = mapped_column(Float)
