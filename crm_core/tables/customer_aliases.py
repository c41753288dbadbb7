from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CustomerAlias(Base):
    """One row per version of what a customer goes by: from `recorded_at` on it stands under `golden_id`, its own if it
    was set free again.

    Invariants: at any moment the newest version of each customer, by (recorded_at, change_seq), says what a replay of
    `customer_merges` says; a customer without one was never merged into another. Rows are never changed; `change_seq`
    is of the counter of all bundle rows, so a reader's cursor never skips a version.
    """

    __tablename__ = "customer_aliases"

    change_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    customer_id: Mapped[str] = mapped_column(Text, index=True)
    golden_id: Mapped[str] = mapped_column(Text, index=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
