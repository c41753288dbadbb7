from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base


class ChangeCounter(Base):
    """One row in all (counter_id 1): the last change number given.

    Invariant: a writer locks the row until it commits, so numbers become visible in their order.
    """

    __tablename__ = "change_counter"

    counter_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigInteger)
