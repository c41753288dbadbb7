from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CustomerMerge(Base):
    """One row per decision that two customers are one firm: `from_id` comes to stand under the golden id of `into_id`.

    Invariants: a row is never changed but to note once that it was undone; the rows not undone form a forest over
    customers; `merge_id` grows with the order of decisions, and the state of any moment is a replay of the rows live
    then. Neither customer's row is touched. `evidence` holds levels and bits, never a value of the customers.
    """

    __tablename__ = "customer_merges"

    merge_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    from_id: Mapped[str] = mapped_column(Text, index=True)
    into_id: Mapped[str] = mapped_column(Text, index=True)
    score: Mapped[float | None] = mapped_column(Float)  # probability; null where a person merged without a proposal
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    rule_version: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)  # auto | person
    actor: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[str | None] = mapped_column(Text)
