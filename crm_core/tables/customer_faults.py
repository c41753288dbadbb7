from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CustomerFault(Base):
    """One row per version of a customer's row and rule of entry that it breaks, with the value as entered.

    Invariants: a fault does not reject the row; `change_seq` is that of the version, so a corrected row has its faults
    no longer while the record of them stays; rows are never changed.
    """

    __tablename__ = "customer_faults"

    customer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    change_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(Moment)
