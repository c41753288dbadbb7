from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CommissionJournal(Base):
    """One row per journal: one payment, one correction of an order, or one bonus of a month.

    Invariants: rows are only added (triggers refuse the rest); numbers have no gap; (source, sequence) is unique, so
    that of two writers one wins; the row seals its lines, which must exist and sum to zero in each currency.
    `source` is what the journal is about, as a JSON list; `sequence` counts from 1 the journals about it.
    `counted_cents` is by how much the journal changes what counts as paid for the order by the payment.
    `period` is the month (YYYY-MM) it is booked in; `inputs` are the figures that give its amounts.
    """

    __tablename__ = "commission_journals"
    __table_args__ = (
        UniqueConstraint("source", "sequence", name="uq_commission_journals_source_sequence"),
        Index("ix_commission_journals_order_id", "order_id"),
    )

    journal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    order_id: Mapped[str | None] = mapped_column(Text)
    payment_id: Mapped[str | None] = mapped_column(Text)
    counted_cents: Mapped[int] = mapped_column(BigInteger)
    earned_month: Mapped[str | None] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    plan_version: Mapped[str | None] = mapped_column(Text)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    as_of: Mapped[datetime] = mapped_column(Moment)
