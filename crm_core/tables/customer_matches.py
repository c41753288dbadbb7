from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CustomerMatch(Base):
    """One row per pair of customers that may be one firm, `left_id` before `right_id`.

    Invariants: a pair waits for a person while it is not rejected and its two customers stand under different golden
    ids, so an undone merge is in the queue again by itself; a rejected pair stays rejected whatever is found later;
    one that a later run no longer finds is taken away unless it was rejected.
    """

    __tablename__ = "customer_matches"

    match_id: Mapped[str] = mapped_column(Text, primary_key=True)
    left_id: Mapped[str] = mapped_column(Text, index=True)
    right_id: Mapped[str] = mapped_column(Text, index=True)
    score: Mapped[float] = mapped_column(Float)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    rule_version: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(Moment)
    rejected_at: Mapped[datetime | None] = mapped_column(Moment)
    rejected_by: Mapped[str | None] = mapped_column(Text)
